#include "ui/pages/inspection_acts.h"

#include "core/formats/item.h"
#include "core/service/file_writer.h"
#include "core/service/importing.h"
#include "core/service/job_runner.h"
#include "core/service/online_verifier.h"
#include "core/service/store_session.h"
#include "ui/convert.h"
#include "ui/prompts.h"
#include "ui/ui_context.h"

#include <QWidget>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace certwright::ui {

namespace {

void writeText(const QString& path, const std::string& text) {
    // The prompt has asked about a file of that name.
    service::writeFileAtomically(path, base::bytesOf(text), service::FileWriter::Access::Public, true);
}

} // namespace

InspectionActs::InspectionActs(UiContext& context, QWidget* window)
    : QObject(window)
    , m_context(context)
    , m_window(window)
    , m_verifier(new service::OnlineVerifier(this)) {
    connect(m_verifier, &service::OnlineVerifier::finished, this,
            [this](const service::OnlineVerificationPtr& outcome) {
                Q_EMIT fetchRunning(false);
                if (*outcome)
                    Q_EMIT fetched(**outcome);
                else
                    m_context.prompts.showError(m_window, tr("The chain was not verified"), outcome->error(), this);
            });
}

void InspectionActs::importChain(const service::ConnectionReport& report, const std::vector<x509::Certificate>& chain) {
    if (m_context.session() == nullptr)
        return;
    const auto isRoot = [](const x509::Certificate& certificate) { return certificate.isSelfSigned(); };
    const auto root = std::find_if(chain.begin(), chain.end(), isRoot);
    std::vector<x509::Certificate> withoutRoots;
    std::remove_copy_if(chain.begin(), chain.end(), std::back_inserter(withoutRoots), isRoot);
    const std::string source = report.endpoint.toText();
    if (withoutRoots.size() == chain.size() || (report.verify && report.verify->ok)) {
        import(source, chain);
        return;
    }
    // What nobody vouches for becomes an anchor by lying in the store: that is for a person to say.
    Question question;
    question.title = tr("Import the chain");
    question.text = tr("Trust the root of this chain from now on?");
    question.informativeText = tr("%1 is not trusted so far. Roots in the store are trusted when connections are "
                                  "checked: import it only if you know that it is the real one.")
                                   .arg(printable(root->subject().displayName()));
    question.choices = {{tr("Import &without the root")}, {tr("Import and &trust it"), true}};
    m_context.prompts.askQuestion(m_window, question, this,
                                  [this, source, chain, withoutRoots](std::optional<std::size_t> answer) {
                                      if (answer)
                                          import(source, *answer == 0 ? withoutRoots : chain);
                                  });
}

void InspectionActs::import(const std::string& source, const std::vector<x509::Certificate>& certificates) {
    service::StoreSession* session = m_context.session();
    if (session == nullptr)
        return;
    formats::Contents contents;
    contents.file = source;
    for (const x509::Certificate& certificate : certificates)
        contents.items.push_back(formats::Item{certificate, {}});
    Q_EMIT importRunning(true);
    session->write<service::ImportResult>(
        tr("Importing the chain of %1").arg(printable(source)), this,
        [contents = std::vector{std::move(contents)}](store::Store& store, const base::JobControl& control) {
            const auto preview = service::previewImport(contents, &store, control);
            return service::importItems(store, service::selectNew(preview), control);
        },
        [this](const base::Outcome<service::ImportResult>& result) {
            Q_EMIT importRunning(false);
            if (!result)
                m_context.prompts.showError(m_window, tr("The chain was not imported"), result.error(), this);
            else if (m_context.toast)
                m_context.toast(result->added.empty()       ? tr("These certificates are in the store already")
                                : result->added.size() == 1 ? tr("Imported 1 certificate")
                                                            : tr("Imported %1 certificates").arg(result->added.size()),
                                {}, {});
        });
}

/// Asks for a path and runs `write` with it off this thread; says `done`, with the path in it, or `failed`.
void InspectionActs::save(const FileRequest& request, std::function<void(const QString& path)> write,
                          const QString& done, const QString& failed) {
    m_context.prompts.askSaveFile(m_window, request, this, [this, write, done, failed](const QString& path) {
        if (path.isEmpty())
            return;
        m_context.jobs.run<bool>(
            {}, this,
            [path, write](const base::JobControl&) {
                write(path);
                return true;
            },
            [this, path, done, failed](const base::Outcome<bool>& saved) {
                if (!saved)
                    m_context.prompts.showError(m_window, failed, saved.error(), this);
                else if (m_context.toast)
                    m_context.toast(done.arg(printable(path)), {}, {});
            });
    });
}

void InspectionActs::saveChain(const service::ConnectionReport& report, const std::vector<x509::Certificate>& chain) {
    std::string pem;
    for (const x509::Certificate& certificate : chain)
        pem += certificate.toPem();
    FileRequest request;
    request.title = tr("Save the chain");
    request.suggestedName = printable(report.endpoint.host) + QStringLiteral(".pem");
    request.defaultSuffix = QStringLiteral("pem");
    request.filters = {tr("PEM files (*.pem)")};
    const auto write = [pem](const QString& path) { writeText(path, pem); };
    save(request, write, tr("Saved %1"), tr("The chain was not saved"));
}

void InspectionActs::fetchIssuers(const service::ConnectionReport& report, const service::TrustChoice& trust,
                                  const std::vector<std::string>& urls) {
    QStringList places;
    for (const std::string& url : urls)
        places << printable(url);
    Question question;
    question.title = tr("Fetch the missing issuer");
    question.text = tr("Fetch the missing issuer from the network?");
    question.informativeText = tr("The certificate names this place: %1\nWho runs it, and anyone on the way, learns "
                                  "that you look at this certificate. What is fetched counts only where its signatures "
                                  "lead to a root that you trust already.")
                                   .arg(places.join(QStringLiteral(", ")));
    question.choices = {{tr("&Fetch")}};
    m_context.prompts.askQuestion(m_window, question, this,
                                  [this, chain = report.facts.chain, trust](std::optional<std::size_t> answer) {
                                      if (answer)
                                          fetch(chain, trust);
                                  });
}

void InspectionActs::fetch(const std::vector<x509::Certificate>& chain, const service::TrustChoice& trust) {
    Q_EMIT fetchRunning(true);
    // The trust is read from files: not on this thread.
    m_context.jobs.run<std::shared_ptr<x509::TrustStore>>(
        {}, this, [trust](const base::JobControl&) { return std::make_shared<x509::TrustStore>(trust.toTrustStore()); },
        [this, chain](const base::Outcome<std::shared_ptr<x509::TrustStore>>& store) {
            if (!store) {
                Q_EMIT fetchRunning(false);
                m_context.prompts.showError(m_window, tr("The chain was not verified"), store.error(), this);
                return;
            }
            service::OnlineRequest request{chain.front(), std::move(**store), {}, {}};
            for (std::size_t i = 1; i < chain.size(); ++i)
                request.trust.addUntrusted(chain[i]);
            request.options.purpose = x509::VerifyOptions::Purpose::TlsServer;
            request.fetch.issuers = true;
            m_verifier->start(std::move(request));
        });
}

void InspectionActs::saveKeyLog(const service::ConnectionReportPtr& report) {
    FileRequest request;
    request.title = tr("Save the key log");
    request.suggestedName = QStringLiteral("keylog.txt");
    request.isOverwriteAskedFor = false; // it is appended to
    request.filters = {tr("Text files (*.txt *.log)")};
    const auto write = [report](const QString& path) { service::appendKeyLog(toStdString(path), report->secrets); };
    save(request, write, tr("The secrets of this session are in %1"), tr("The key log was not saved"));
}

void InspectionActs::saveCapture(const service::ConnectionReportPtr& report) {
    FileRequest request;
    request.title = tr("Save the capture");
    request.suggestedName = printable(report->endpoint.host) + QStringLiteral(".pcapng");
    request.defaultSuffix = QStringLiteral("pcapng");
    request.filters = {tr("Captures (*.pcapng)")};
    const auto write = [report](const QString& path) {
        service::saveCapture(toStdString(path), *report, true); // replacing was asked about
    };
    save(request, write, tr("The capture with the secrets of this session is in %1"), tr("The capture was not saved"));
}

void InspectionActs::saveScan(const service::ScanResultPtr& result, inspect::Profile profile) {
    if (!result)
        return;
    FileRequest request;
    request.title = tr("Export the scan");
    request.suggestedName = QStringLiteral("scan.json");
    request.defaultSuffix = QStringLiteral("json");
    request.filters = {tr("JSON files (*.json)")};
    const auto write = [result, profile](const QString& path) {
        writeText(path, service::scanJson(*result, profile).dump(2) + "\n");
    };
    save(request, write, tr("Saved %1"), tr("The scan was not exported"));
}

} // namespace certwright::ui
