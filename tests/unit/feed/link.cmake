target_link_libraries(unit_feed PRIVATE test_net backend_demo PkgConfig::JANSSON)
