# Language level, warnings, hardening and sanitizers, for every target of the project.
option(SOVDECK_TESTS "Build the tests" ON)
option(SOVDECK_WERROR "Treat warnings as errors" OFF)
set(SOVDECK_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=")

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(sovdeck_flags INTERFACE)
target_include_directories(sovdeck_flags INTERFACE ${CMAKE_SOURCE_DIR}/backend ${CMAKE_SOURCE_DIR}/tui)
target_compile_definitions(sovdeck_flags INTERFACE _GNU_SOURCE SOVDECK_VERSION="${PROJECT_VERSION}")
target_compile_options(sovdeck_flags INTERFACE
  $<$<COMPILE_LANGUAGE:C>:-Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
    -Wvla -Wformat=2 -Wundef -Wwrite-strings -Wpointer-arith -Wno-unused-parameter -Wno-format-truncation -Wno-missing-field-initializers>
  -fno-omit-frame-pointer -fstack-protector-strong)
if(SOVDECK_WERROR)
  target_compile_options(sovdeck_flags INTERFACE $<$<COMPILE_LANGUAGE:C>:-Werror>)
endif()
if(SOVDECK_SANITIZE)
  target_compile_options(sovdeck_flags INTERFACE -fsanitize=${SOVDECK_SANITIZE} -fno-sanitize-recover=undefined)
  target_link_options(sovdeck_flags INTERFACE -fsanitize=${SOVDECK_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(sovdeck_flags INTERFACE _FORTIFY_SOURCE=2)
  target_link_options(sovdeck_flags INTERFACE -Wl,-z,relro,-z,now)
endif()
