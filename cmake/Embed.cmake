# sovdeck_embed(TARGET SYMBOL FILE): makes FILE's bytes the C string SYMBOL (NUL-terminated) of TARGET,
# so that a shipped theme, keymap or asset and the built-in default are one file.
function(sovdeck_embed target symbol file)
  set(source ${CMAKE_SOURCE_DIR}/${file})
  set(output ${CMAKE_CURRENT_BINARY_DIR}/embedded_${symbol}.c)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DINPUT=${source} -DOUTPUT=${output} -DSYMBOL=${symbol} -P ${CMAKE_SOURCE_DIR}/cmake/EmbedFile.cmake
    DEPENDS ${source} ${CMAKE_SOURCE_DIR}/cmake/EmbedFile.cmake VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
