target_link_libraries(unit_transport PRIVATE test_net PkgConfig::OPENSSL PkgConfig::ZLIB)
