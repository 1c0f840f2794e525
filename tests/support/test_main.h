#pragma once

#include "core/base/library.h"
#include "tests/support/environment.h"

#include <QTest>

#if defined(QT_WIDGETS_LIB)
#include <QApplication>
#elif defined(QT_GUI_LIB)
#include <QGuiApplication>
#else
#include <QCoreApplication>
#endif

namespace certwright::test {

// The application object that a test needs is told by the Qt modules that its target links.
#if defined(QT_WIDGETS_LIB)
using Application = QApplication;
#elif defined(QT_GUI_LIB)
using Application = QGuiApplication;
#else
using Application = QCoreApplication;
#endif

/// Runs the test functions of `Test` in the surroundings of environment.h and gives main()'s status.
template <class Test>
int runTest(int argc, char** argv) {
    prepareEnvironment();
    base::initialiseLibrary();
    Application application(argc, argv);
    Application::setApplicationName(QStringLiteral("certwright-test"));
    Test test;
    return exitStatus(QTest::qExec(&test, argc, argv));
}

} // namespace certwright::test

/// main() of a test executable. The test class is a QObject with its test functions in private slots; the source file
/// ends with this line and an include of its moc file.
#define CERTWRIGHT_TEST_MAIN(Class)                                                                                    \
    int main(int argc, char** argv) {                                                                                  \
        return ::certwright::test::runTest<Class>(argc, argv);                                                         \
    }
