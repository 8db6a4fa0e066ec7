target_link_libraries(unit_demo PRIVATE PkgConfig::JANSSON PkgConfig::CURL)
