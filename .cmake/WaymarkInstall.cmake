# What an installed waymark consists of: the two programs, the library, its header, and how other
# builds find them (pkg-config, find_package).

include(CMakePackageConfigHelpers)

install(TARGETS waymark EXPORT waymarkTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${CMAKE_SOURCE_DIR}/profiles/probe/waymark.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/waymark)
install(TARGETS waymark-cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS waymark-host RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/waymark)
install(EXPORT waymarkTargets NAMESPACE waymark::
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/waymark)
configure_package_config_file(${CMAKE_SOURCE_DIR}/.cmake/waymarkConfig.cmake.in
    ${CMAKE_BINARY_DIR}/waymarkConfig.cmake
    INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/waymark)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/waymarkConfigVersion.cmake
    COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_BINARY_DIR}/waymarkConfig.cmake ${CMAKE_BINARY_DIR}/waymarkConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/waymark)
file(RELATIVE_PATH WAYMARK_PC_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(${CMAKE_SOURCE_DIR}/.cmake/waymark.pc.in ${CMAKE_BINARY_DIR}/waymark.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/waymark.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
