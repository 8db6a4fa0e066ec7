target_link_libraries(unit_sovereign PRIVATE test_net backend_demo PkgConfig::JANSSON)
add_executable(test_listener ${CMAKE_CURRENT_SOURCE_DIR}/support/listener.c)
target_compile_definitions(unit_sovereign PRIVATE TEST_LISTENER="$<TARGET_FILE:test_listener>")
add_dependencies(unit_sovereign test_listener)
