# sovdeck_layer(NAME [USES layer...] [PACKAGES target...])
# One static library per folder; the folder's *.c (and *.cpp) files are its sources.
function(sovdeck_layer name)
  cmake_parse_arguments(LAYER "" "" "USES;PACKAGES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC sovdeck_flags ${LAYER_USES} PRIVATE ${LAYER_PACKAGES})
endfunction()
