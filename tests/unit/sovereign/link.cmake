target_link_libraries(unit_sovereign PRIVATE test_net backend_demo PkgConfig::JANSSON)
