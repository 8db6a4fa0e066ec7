# What the programs themselves report is collected by stage.c; the driver may leave things behind when it fails.
# The console in a pty against the demo, a play per file. They share ports and processors: never two at a time.
add_library(endtoend_stage STATIC stage.c)
target_compile_definitions(endtoend_stage PRIVATE SOVDECK_PROGRAM="$<TARGET_FILE:sovdeck>")
target_link_libraries(endtoend_stage PUBLIC test_terminal)
foreach(play console operation cutover feeds spine ending login compare travel)
  add_executable(endtoend_${play} test_${play}.c)
  target_link_libraries(endtoend_${play} PRIVATE endtoend_stage)
  add_dependencies(endtoend_${play} sovdeck)
  add_test(NAME endtoend.${play} COMMAND endtoend_${play} --timeout 150 -j1)
  set_tests_properties(endtoend.${play} PROPERTIES ENVIRONMENT "LC_ALL=C.UTF-8;ASAN_OPTIONS=detect_leaks=0:handle_segv=0" TIMEOUT 300 RUN_SERIAL TRUE
    FAIL_REGULAR_EXPRESSION "LeakSanitizer;AddressSanitizer;runtime error:")
endforeach()

# What the subcommands claim, held against the server.
add_executable(endtoend_json_check json_check.c)
target_link_libraries(endtoend_json_check PRIVATE sovdeck_flags PkgConfig::JANSSON)
add_test(NAME endtoend.proof
  COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/proof.sh $<TARGET_FILE:sovdeck> $<TARGET_FILE:endtoend_json_check>)
set_tests_properties(endtoend.proof PROPERTIES ENVIRONMENT "${SOVDECK_TEST_ENVIRONMENT}" TIMEOUT 300
  FAIL_REGULAR_EXPRESSION "LeakSanitizer;AddressSanitizer;runtime error:")

# Every kind of failure, as doctor sees it.
add_test(NAME endtoend.doctor
  COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/doctor.sh $<TARGET_FILE:sovdeck> $<TARGET_FILE:endtoend_json_check>)
set_tests_properties(endtoend.doctor PROPERTIES ENVIRONMENT "${SOVDECK_TEST_ENVIRONMENT}" TIMEOUT 300
  FAIL_REGULAR_EXPRESSION "LeakSanitizer;AddressSanitizer;runtime error:")
