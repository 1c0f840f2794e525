# Compiler settings that every target of the project shares.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CERTWRIGHT_CCACHE ccache)
if(CERTWRIGHT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CERTWRIGHT_CCACHE}")
endif()

add_library(certwright_options INTERFACE)
target_compile_options(certwright_options INTERFACE
  -Wall -Wextra -Wpedantic -Wsign-conversion -Wshadow -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual -Wformat=2 -Wimplicit-fallthrough -Wsuggest-override
  $<$<NOT:$<BOOL:$<TARGET_PROPERTY:CERTWRIGHT_MAY_NARROW>>>:-Wconversion>
  -Wno-missing-field-initializers # options are aggregates whose members have defaults: f({.timeout = 5s})
  # GCC 12 takes std::string's operator+ for an overlapping copy (its bug 105329).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  # Optimising, GCC sees uninitialised members in every std::variant that is moved, and sizes that cannot be.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release,RelWithDebInfo>>:-Wno-maybe-uninitialized;-Wno-stringop-overflow;-Wno-array-bounds>
  -fstack-protector-strong
  $<$<BOOL:${CERTWRIGHT_WERROR}>:-Werror>)
target_compile_definitions(certwright_options INTERFACE
  OPENSSL_NO_DEPRECATED
  OPENSSL_API_COMPAT=30000
  QT_NO_CAST_FROM_ASCII
  QT_NO_CAST_TO_ASCII
  QT_NO_CONTEXTLESS_CONNECT
  QT_NO_KEYWORDS
  QT_DISABLE_DEPRECATED_BEFORE=0x060400
  CERTWRIGHT_VERSION="${PROJECT_VERSION}")
target_include_directories(certwright_options INTERFACE "${PROJECT_SOURCE_DIR}")

if(CERTWRIGHT_SANITIZE)
  target_compile_options(certwright_options INTERFACE
    -fsanitize=${CERTWRIGHT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  target_link_options(certwright_options INTERFACE -fsanitize=${CERTWRIGHT_SANITIZE})
endif()

# Linking some sixty test programs is a good part of a build; mold does it several times faster than GNU ld.
find_program(CERTWRIGHT_MOLD mold)
if(CERTWRIGHT_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
