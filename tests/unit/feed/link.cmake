target_link_libraries(unit_feed PRIVATE test_net test_fresh backend_demo PkgConfig::JANSSON)
