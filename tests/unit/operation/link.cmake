target_link_libraries(unit_operation PRIVATE backend_demo PkgConfig::JANSSON)
target_sources(unit_operation PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/unit/demo/demo_world_fixture.c)
target_include_directories(unit_operation PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/unit/demo)
