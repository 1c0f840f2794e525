# The target coverage: runs the tests of core and prints which lines and branches of it they reach, the least covered
# files last. The table of all files is BUILD/coverage.csv.
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
find_program(CERTWRIGHT_GCOVR gcovr REQUIRED)

get_property(certwright_core_tests GLOBAL PROPERTY CERTWRIGHT_CORE_TESTS)
list(JOIN certwright_core_tests "|" certwright_core_tests_regex)
add_custom_target(coverage
  COMMAND find "${PROJECT_BINARY_DIR}" -name "*.gcda" -delete
  COMMAND "${CMAKE_CTEST_COMMAND}" --test-dir "${PROJECT_BINARY_DIR}" -R "^(${certwright_core_tests_regex}|fuzz_replay_.*)$"
          -j 2 --output-on-failure
  COMMAND "${CERTWRIGHT_GCOVR}" --root "${PROJECT_SOURCE_DIR}" --filter "${PROJECT_SOURCE_DIR}/core/"
          --exclude-throw-branches --csv "${PROJECT_BINARY_DIR}/coverage.csv" --print-summary
          "${PROJECT_BINARY_DIR}/core"
  COMMAND Python3::Interpreter -B "${PROJECT_SOURCE_DIR}/packaging/cmake/least_covered.py"
          "${PROJECT_BINARY_DIR}/coverage.csv"
  DEPENDS ${certwright_core_tests}
  USES_TERMINAL VERBATIM)
