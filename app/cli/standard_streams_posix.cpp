#include "app/cli/standard_streams.h"

#include <cerrno>
#include <fcntl.h>
#include <initializer_list>
#include <unistd.h>

namespace certwright::cli {

void openClosedStandardStreams() noexcept {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
            continue;
        // The wrong way round: who reads or writes gets EBADF, as from the closed one. It takes the lowest free number,
        // which is `fd`. What goes to standard error may be lost.
        const int flags = fd == STDOUT_FILENO ? O_RDONLY : O_WRONLY;
        if (::open("/dev/null", flags) < 0)
            return;
    }
}

} // namespace certwright::cli
