#include "core/service/exporting.h"

#include "core/base/error.h"
#include "core/service/export_check.h"
#include "core/service/file_writer.h"
#include "core/service/issue_sources.h"
#include "core/store/store.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>

namespace certwright::service {

using base::Error;
using base::ErrorKind;

namespace {

pki::Problem makeProblem(const char* id, pki::Severity severity, pki::Field field, const QString& message,
                         const QString& item = {}) {
    pki::Problem problem;
    problem.id = id;
    problem.severity = severity;
    problem.field = field;
    problem.message = message.toStdString();
    problem.item = item.toStdString();
    return problem;
}

store::CertificateRow rowOf(const store::Store& store, store::RowId id) {
    auto row = store.certificate(id);
    if (!row)
        throw Error(ErrorKind::NotFound, "The certificate is not in the store any more");
    return *row;
}

bool takesKey(const pki::ExportTargetInfo& info) {
    return info.needsKey || info.target == pki::ExportTarget::Pkcs12;
}

QString pathOf(const ExportOrder& order, const std::string& name) {
    const QString base = QDir::cleanPath(QFileInfo(order.path).absoluteFilePath());
    return name.empty() ? base : base + u'/' + QString::fromStdString(name);
}

/// The files as far as they can be told without the private key.
std::vector<pki::ExportedFile> outline(store::Store& store, const ExportOrder& order,
                                       const std::vector<store::CertificateRow>& rows) {
    if (order.target == pki::ExportTarget::HashDirectory) {
        std::vector<pki::ExportMaterial> materials;
        for (const store::CertificateRow& row : rows)
            materials.push_back({store.certificateObject(row.id), {}, {}, {}});
        return pki::renderExport(order.target, materials, nullptr);
    }
    std::vector<pki::ExportedFile> files = pki::outlineExport(order.target, order.passphrase != nullptr);
    if (order.target == pki::ExportTarget::Postgresql && !rows.empty()) {
        const auto issuers = store.issuerChain(rows.front().id);
        if (issuers.empty() || !issuers.back().isSelfSigned())
            std::erase_if(files, [](const pki::ExportedFile& file) { return file.name == "root.crt"; });
    }
    return files;
}

void checkRow(const store::Store& store, const store::CertificateRow& row, const pki::ExportTargetInfo& info,
              base::Time now, std::vector<pki::Problem>& problems) {
    using pki::Field;
    using pki::Severity;
    if (info.needsKey && row.keyId == 0)
        problems.push_back(makeProblem("key-missing", Severity::Error, Field::Key,
                                       QStringLiteral("The private key of %1 is not in this store.").arg(row.name)));
    if (row.notAfter && *row.notAfter < now)
        problems.push_back(makeProblem("expired", Severity::Warning, Field::NotAfter,
                                       QStringLiteral("%1 has expired.").arg(row.name)));
    if (row.revocation != store::RevocationState::None)
        problems.push_back(
            makeProblem("revoked", Severity::Warning, Field::Profile, QStringLiteral("%1 is revoked.").arg(row.name)));
    const auto issuers = store.issuerChain(row.id);
    const bool isComplete = row.isSelfSigned || (!issuers.empty() && issuers.back().isSelfSigned());
    const bool needsChain = info.target != pki::ExportTarget::Pem && info.target != pki::ExportTarget::Der &&
                            info.target != pki::ExportTarget::HashDirectory;
    if (needsChain && !isComplete)
        problems.push_back(makeProblem(
            "chain-incomplete", Severity::Warning, Field::Issuer,
            QStringLiteral("The chain of %1 does not reach a root: an issuer is not in this store.").arg(row.name)));
}

void checkPaths(const ExportOrder& order, const pki::ExportTargetInfo& info, ExportPlan& plan) {
    using pki::Field;
    using pki::Severity;
    if (order.path.isEmpty()) {
        plan.problems.push_back(
            makeProblem("path-missing", Severity::Error, Field::Profile, QStringLiteral("Choose where to write to.")));
        return;
    }
    const QFileInfo target(order.path);
    if (info.isFolder && target.exists() && !target.isDir())
        plan.problems.push_back(makeProblem("path-no-folder", Severity::Error, Field::Profile,
                                            QStringLiteral("%1 is not a folder.").arg(order.path), order.path));
    if (!info.isFolder && target.isDir())
        plan.problems.push_back(makeProblem("path-is-folder", Severity::Error, Field::Profile,
                                            QStringLiteral("%1 is a folder; a file name is needed.").arg(order.path),
                                            order.path));
    if (!info.isFolder && !QFileInfo(target.absolutePath()).isDir())
        plan.problems.push_back(makeProblem("folder-missing", Severity::Error, Field::Profile,
                                            QStringLiteral("There is no folder %1.").arg(target.absolutePath()),
                                            target.absolutePath()));
    for (const PlannedFile& file : plan.files) {
        if (file.exists)
            plan.problems.push_back(
                makeProblem("file-exists", order.mayOverwrite ? Severity::Notice : Severity::Error, Field::Profile,
                            order.mayOverwrite ? QStringLiteral("%1 will be replaced.").arg(file.path)
                                               : QStringLiteral("%1 exists already.").arg(file.path),
                            file.path));
    }
}

PlannedFile plannedFile(const ExportOrder& order, const pki::ExportedFile& file) {
    const QString path = pathOf(order, file.name);
    return {path, QString::fromStdString(file.purpose), file.isPrivate, file.hasClearKey, QFileInfo::exists(path)};
}

std::vector<pki::ExportMaterial> materialsOf(store::Store& store, const ExportOrder& order,
                                             const pki::ExportTargetInfo& info) {
    std::vector<pki::ExportMaterial> materials;
    for (const store::RowId id : order.certificateIds) {
        const store::CertificateRow row = rowOf(store, id);
        pki::ExportMaterial material{store.certificateObject(id), store.issuerChain(id), {}, row.name.toStdString()};
        if (takesKey(info) && row.keyId != 0)
            material.key = store.privateKey(row.keyId);
        materials.push_back(std::move(material));
    }
    return materials;
}

/// Makes the folder of a folder target; one that will hold a key is for its owner alone.
void makeFolder(const QString& path, bool isPrivate) {
    if (QFileInfo(path).isDir())
        return;
    if (!QDir().mkpath(path))
        throw Error(ErrorKind::Io, "Could not make the folder " + path.toStdString(),
                    "Choose a folder that you may write to");
    if (isPrivate)
        QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

void noteKeyExport(store::Store& store, const std::vector<pki::ExportMaterial>& materials,
                   const pki::ExportTargetInfo& info, const QString& path) {
    for (const pki::ExportMaterial& material : materials) {
        if (material.key)
            store.recordAct(QString::fromLatin1(store::acts::KeyExported),
                            QString::fromStdString(material.key->publicKey().spkiSha256()),
                            QStringLiteral("%1: %2").arg(
                                QString::fromLatin1(info.id.data(), static_cast<qsizetype>(info.id.size())), path));
    }
}

} // namespace

ExportPlan planExport(store::Store& store, const ExportOrder& order, base::Time now) {
    const pki::ExportTargetInfo& info = pki::infoOf(order.target);
    ExportPlan plan;
    std::vector<store::CertificateRow> rows;
    for (const store::RowId id : order.certificateIds)
        rows.push_back(rowOf(store, id));
    if (rows.empty())
        plan.problems.push_back(makeProblem("nothing-chosen", pki::Severity::Error, pki::Field::Profile,
                                            QStringLiteral("Choose a certificate.")));
    if (rows.size() > 1 && !info.takesMany)
        plan.problems.push_back(makeProblem("too-many", pki::Severity::Error, pki::Field::Profile,
                                            QStringLiteral("This target takes one certificate only.")));
    for (const store::CertificateRow& row : rows)
        checkRow(store, row, info, now, plan.problems);
    if (info.passphrase == pki::ExportTargetInfo::Passphrase::Required && order.passphrase == nullptr)
        plan.problems.push_back(makeProblem("passphrase-missing", pki::Severity::Error, pki::Field::Key,
                                            QStringLiteral("A passphrase is needed to encrypt the file.")));
    for (const pki::ExportedFile& file : outline(store, order, rows))
        plan.files.push_back(plannedFile(order, file));
    checkPaths(order, info, plan);
    plan.needsKey = takesKey(info) && std::ranges::any_of(rows, [](const auto& row) { return row.keyId != 0; });
    plan.snippet = QString::fromStdString(pki::configurationSnippet(order.target, pathOf(order, {}).toStdString()));
    std::ranges::stable_sort(plan.problems, {}, &pki::Problem::severity);
    return plan;
}

ExportResult runExport(store::Store& store, const ExportOrder& order, const base::JobControl& control) {
    const pki::ExportTargetInfo& info = pki::infoOf(order.target);
    const ExportPlan plan = planExport(store, order, base::SystemClock().now());
    throwIfRefused(plan.problems);
    if (plan.needsKey)
        throwIfLocked(store);
    const auto materials = materialsOf(store, order, info);
    const auto files = pki::renderExport(order.target, materials, order.passphrase.get(), order.options);
    control.throwIfStopped();

    ExportResult result;
    result.snippet = plan.snippet;
    const bool hasPrivate = std::ranges::any_of(files, &pki::ExportedFile::isPrivate);
    if (info.isFolder)
        makeFolder(pathOf(order, {}), hasPrivate);
    const ExpectedContents expected = ExpectedContents::of(materials);
    FileWriter writer(order.mayOverwrite);
    for (std::size_t i = 0; i < files.size(); ++i) {
        result.files.push_back(plannedFile(order, files[i]));
        writer.add(result.files.back().path, files[i].bytes(),
                   files[i].isPrivate ? FileWriter::Access::Private : FileWriter::Access::Public);
        checkWritten(writer.temporaryPath(i), files[i], expected, order.passphrase.get());
        control.throwIfStopped();
    }
    noteKeyExport(store, materials, info, order.path);
    writer.commit();
    return result;
}

} // namespace certwright::service
