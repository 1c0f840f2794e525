# certwright_layer(NAME HEADERS ... SOURCES ... LINKS ...)
#
# One layer of the design: a static library that links only the layers it may use. Every public header is in a file
# set, so that the target all_verify_interface_header_sets compiles each of them alone.
function(certwright_layer name)
  cmake_parse_arguments(ARG "QT" "" "HEADERS;SOURCES;LINKS" ${ARGN})
  set(target certwright_${name})
  add_library(${target} STATIC)
  target_sources(${target}
    PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${ARG_HEADERS}
    PRIVATE ${ARG_SOURCES})
  target_link_libraries(${target} PUBLIC certwright_options ${ARG_LINKS})
  set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  if(ARG_QT)
    set_target_properties(${target} PROPERTIES AUTOMOC ON)
  endif()
  certwright_precompile(${target} "${ARG_QT}")
endfunction()

# certwright_precompile(TARGET IS_QT): the precompiled headers of a layer. Those free of Qt are compiled alike and share
# one set.
function(certwright_precompile target is_qt)
  if(NOT CERTWRIGHT_PCH)
    return()
  endif()
  set(folder "${PROJECT_SOURCE_DIR}/packaging/cmake")
  if(target STREQUAL "certwright_ui")
    target_precompile_headers(${target} PRIVATE "${folder}/precompiled_widgets.h")
  elseif(is_qt)
    target_precompile_headers(${target} PRIVATE "${folder}/precompiled_qt.h")
  elseif(target STREQUAL "certwright_base")
    target_precompile_headers(${target} PRIVATE "${folder}/precompiled_core.h")
  else()
    target_precompile_headers(${target} REUSE_FROM certwright_base)
  endif()
endfunction()

# certwright_test(NAME SOURCE file.cpp LABELS ... LINKS ... [TIMEOUT seconds])
#
# One executable per unit, run by ctest in the environment that tests/support/environment.h also sets. One with the label
# bench measures: it is run by `ctest -C Bench -L bench` only.
function(certwright_test name)
  cmake_parse_arguments(ARG "" "SOURCE;TIMEOUT" "LABELS;LINKS;EXTRA" ${ARGN})
  if(NOT ARG_SOURCE)
    set(ARG_SOURCE ${name}.cpp)
  endif()
  add_executable(${name} ${ARG_SOURCE} ${ARG_EXTRA})
  set_target_properties(${name} PROPERTIES AUTOMOC ON)
  target_link_libraries(${name} PRIVATE certwright_test_support Qt6::Test ${ARG_LINKS})
  # QTRY_COMPARE and its like narrow a count of milliseconds in our own lines from Qt 6.7 on.
  if(Qt6_VERSION VERSION_GREATER_EQUAL 6.7)
    set_target_properties(${name} PROPERTIES CERTWRIGHT_MAY_NARROW ON)
  endif()
  target_compile_definitions(${name} PRIVATE
    CERTWRIGHT_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data"
    CERTWRIGHT_BINARY_DIR="${PROJECT_BINARY_DIR}")
  set(configurations "")
  if("bench" IN_LIST ARG_LABELS)
    set(configurations CONFIGURATIONS Bench)
  endif()
  add_test(NAME ${name} COMMAND ${name} ${configurations})
  if(CMAKE_CURRENT_SOURCE_DIR MATCHES "/tests/(core|app/cli)(/|$)")
    set_property(GLOBAL APPEND PROPERTY CERTWRIGHT_CORE_TESTS ${name})
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(CERTWRIGHT_COVERAGE) # neither optimised nor left alone: each line counts
    math(EXPR ARG_TIMEOUT "5 * ${ARG_TIMEOUT}")
  endif()
  set_tests_properties(${name} PROPERTIES
    LABELS "${ARG_LABELS}"
    TIMEOUT ${ARG_TIMEOUT}
    SKIP_RETURN_CODE 77
    ENVIRONMENT "QT_QPA_PLATFORM=offscreen;TZ=UTC;LC_ALL=C.UTF-8;LANG=C.UTF-8")
endfunction()
