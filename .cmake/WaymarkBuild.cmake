# What every room shares: build types, warnings, the protobuf-c helper and the test helper.

include(GNUInstallDirs)
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)

if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|amd64")
    message(FATAL_ERROR "waymark runs on Linux x86-64 only, so far")
endif()

set(CMAKE_CONFIGURATION_TYPES Release Debug Asan Tsan)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug, Asan or Tsan" FORCE)
endif()
if(NOT CMAKE_BUILD_TYPE IN_LIST CMAKE_CONFIGURATION_TYPES)
    message(FATAL_ERROR "CMAKE_BUILD_TYPE is Release, Debug, Asan or Tsan, not ${CMAKE_BUILD_TYPE}")
endif()

set(sanitize_asan "-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined")
set(sanitize_tsan "-O1 -g -fsanitize=thread")
foreach(language C CXX)
    set(CMAKE_${language}_FLAGS_RELEASE "-O2 -g")
    set(CMAKE_${language}_FLAGS_ASAN "${sanitize_asan}")
    set(CMAKE_${language}_FLAGS_TSAN "${sanitize_tsan}")
endforeach()
set(WAYMARK_SANITIZED OFF)
if(CMAKE_BUILD_TYPE MATCHES "Asan|Tsan")
    set(WAYMARK_SANITIZED ON)
endif()

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
add_compile_definitions(_GNU_SOURCE)

# Linked by every target of ours; foreign and generated code is compiled without it.
add_library(wm_warnings INTERFACE)
target_compile_options(wm_warnings INTERFACE
    -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wvla -Wformat=2 -Wundef
    -Wpointer-arith -Wcast-qual -Wwrite-strings -fno-common -fno-omit-frame-pointer
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
    $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
    $<$<BOOL:${WAYMARK_WERROR}>:-Werror>)
target_include_directories(wm_warnings INTERFACE ${CMAKE_SOURCE_DIR})

# wm_room(TARGET SOURCES...): one static library, one room.
function(wm_room target)
    add_library(${target} STATIC ${ARGN})
    target_link_libraries(${target} PRIVATE wm_warnings)
endfunction()

# wm_protobuf(TARGET FILE.proto): compiles a schema with protoc-c into an object library
# whose include directory carries the generated header. Generated code meets no warning flag.
find_program(PROTOC_C protoc-c REQUIRED)
pkg_check_modules(PROTOBUF_C REQUIRED IMPORTED_TARGET libprotobuf-c)
function(wm_protobuf target proto)
    get_filename_component(name ${proto} NAME_WE)
    get_filename_component(folder ${proto} ABSOLUTE)
    get_filename_component(folder ${folder} DIRECTORY)
    set(out ${CMAKE_CURRENT_BINARY_DIR}/generated)
    file(MAKE_DIRECTORY ${out})
    add_custom_command(OUTPUT ${out}/${name}.pb-c.c ${out}/${name}.pb-c.h
        COMMAND ${PROTOC_C} --c_out=${out} -I${folder} ${name}.proto
        DEPENDS ${proto} VERBATIM)
    add_library(${target} STATIC ${out}/${name}.pb-c.c)
    target_include_directories(${target} SYSTEM PUBLIC ${out})
    target_link_libraries(${target} PUBLIC PkgConfig::PROTOBUF_C)
endfunction()

# wm_embed(TARGET FILES...): the bytes of each file as an array in a header "FILE.h" (embed.cmake).
function(wm_embed target)
    set(out ${CMAKE_CURRENT_BINARY_DIR}/generated)
    file(MAKE_DIRECTORY ${out})
    foreach(file ${ARGN})
        add_custom_command(OUTPUT ${out}/${file}.h
            COMMAND ${CMAKE_COMMAND} -D IN=${CMAKE_CURRENT_SOURCE_DIR}/${file}
                -D OUT=${out}/${file}.h -P ${CMAKE_SOURCE_DIR}/.cmake/embed.cmake
            DEPENDS ${file} ${CMAKE_SOURCE_DIR}/.cmake/embed.cmake VERBATIM)
        target_sources(${target} PRIVATE ${out}/${file}.h)
    endforeach()
    target_include_directories(${target} SYSTEM PRIVATE ${out})
endfunction()

set(WAYMARK_TEST_ENVIRONMENT
    WM_GOLDEN=${CMAKE_SOURCE_DIR}/tests/golden
    WM_BUILD=${CMAKE_BINARY_DIR})
if(EXISTS ${CMAKE_SOURCE_DIR}/../shared)
    list(APPEND WAYMARK_TEST_ENVIRONMENT WM_SHARED=${CMAKE_SOURCE_DIR}/../shared)
endif()

# wm_test(ROOM FILE LIBRARIES...): tests/<room>/test_<file>.c becomes ctest "room.file".
function(wm_test room file)
    set(target test_${room}_${file})
    add_executable(${target} test_${file}.c)
    target_link_libraries(${target} PRIVATE wm_warnings wm_support ${ARGN} cmocka)
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    add_test(NAME ${room}.${file} COMMAND ${target})
    set_tests_properties(${room}.${file} PROPERTIES TIMEOUT 120
        ENVIRONMENT "${WAYMARK_TEST_ENVIRONMENT}")
endfunction()
