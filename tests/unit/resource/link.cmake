target_link_libraries(unit_resource PRIVATE backend_demo PkgConfig::JANSSON)
