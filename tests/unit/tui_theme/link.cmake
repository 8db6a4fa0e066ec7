target_link_libraries(unit_tui_theme PRIVATE m)
target_compile_definitions(unit_tui_theme PRIVATE SOVDECK_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
