target_link_libraries(unit_resource PRIVATE test_demo PkgConfig::JANSSON)
