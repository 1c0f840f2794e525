# The target coverage: runs the tests of core and prints which lines and branches of it they reach, the least covered
# files last. The table of all files is BUILD/coverage.csv.
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
find_program(CERTWRIGHT_GCOVR gcovr REQUIRED)

get_property(certwright_core_tests GLOBAL PROPERTY CERTWRIGHT_CORE_TESTS)
list(JOIN certwright_core_tests "|" certwright_core_tests_regex)
add_custom_target(coverage
  COMMAND Python3::Interpreter -B "${PROJECT_SOURCE_DIR}/packaging/cmake/coverage.py"
          --source "${PROJECT_SOURCE_DIR}" --build "${PROJECT_BINARY_DIR}"
          --ctest "${CMAKE_CTEST_COMMAND}" --gcovr "${CERTWRIGHT_GCOVR}"
          --tests "^(${certwright_core_tests_regex}|fuzz_replay_.*)$"
  DEPENDS ${certwright_core_tests}
  USES_TERMINAL VERBATIM)
