#include "tests/support/mounted_disk.h"

#include "tests/support/environment.h"
#include "tests/support/process.h"
#include "tests/support/tools.h"

#include <QDir>
#include <QFile>

namespace certwright::test {

std::unique_ptr<MountedDisk> MountedDisk::mount(const QString& folder, const QString& size) {
    const QString program = findTool(QStringLiteral("mount"));
    QDir().mkpath(folder);
    const QStringList arguments{QStringLiteral("-t"),           QStringLiteral("tmpfs"), QStringLiteral("-o"),
                                QStringLiteral("size=") + size, QStringLiteral("tmpfs"), folder};
    if (program.isEmpty() || !run(program, arguments).isSuccess()) {
        noteSkipped(QStringLiteral("a small tmpfs cannot be mounted here (needs root)"));
        return nullptr;
    }
    return std::unique_ptr<MountedDisk>(new MountedDisk(folder));
}

MountedDisk::~MountedDisk() {
    // Lazily: a store may still have its file open.
    run(findTool(QStringLiteral("umount")), {QStringLiteral("-l"), m_folder});
}

QString MountedDisk::path(const QString& name) const {
    return name.isEmpty() ? m_folder : m_folder + QLatin1Char('/') + name;
}

void MountedDisk::fill() const {
    QFile ballast(path(QStringLiteral("ballast")));
    if (!ballast.open(QIODevice::WriteOnly | QIODevice::Append | QIODevice::Unbuffered))
        return;
    while (ballast.write(QByteArray(4096, 'x')) == 4096) {
    }
}

bool MountedDisk::makeReadOnly() const {
    return run(findTool(QStringLiteral("mount")), {QStringLiteral("-o"), QStringLiteral("remount,ro"), m_folder})
        .isSuccess();
}

} // namespace certwright::test
