#include "ui/pages/inspector_page.h"

#include "core/base/clock.h"
#include "core/base/outcome.h"
#include "core/formats/item.h"
#include "core/service/connection_inspector.h"
#include "core/service/importing.h"
#include "core/service/store_session.h"
#include "ui/convert.h"
#include "ui/error_text.h"
#include "ui/pages/chain_view.h"
#include "ui/pages/cipher_view.h"
#include "ui/pages/connection_log.h"
#include "ui/pages/handshake_view.h"
#include "ui/pages/inspector_overview.h"
#include "ui/pages/secrets_view.h"
#include "ui/prompts.h"
#include "ui/ui_context.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/tab_order.h"

#include <QEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSaveFile>
#include <QTabWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

namespace certwright::ui {

using service::ConnectionReportPtr;

namespace {

constexpr std::uint16_t HttpsPort = 443;

/// What is wrong with an address. The general advice for bad input is about files.
QString addressProblem(const base::Error& error) {
    return error.hint().empty() ? errorText(error).reason : errorLine(error);
}

} // namespace

struct InspectorPage::Private {
    Private(InspectorPage* page, UiContext& uiContext)
        : q(page)
        , context(uiContext) {}

    void build();
    QWidget* buildAddressBar();
    void connectAll();
    void start(const net::Endpoint& endpoint);
    void connectWith(service::ConnectionRequest request, const QString& trust);
    void finish(const ConnectionReportPtr& result);
    void setRunning(bool isRunning);
    void importChain();
    void import(const std::vector<x509::Certificate>& certificates);
    void saveChain();
    void saveKeyLog();

    InspectorPage* q;
    UiContext& context;
    service::ConnectionInspector* inspector = nullptr;
    QLineEdit* address = nullptr;
    QPushButton* go = nullptr;
    QPushButton* stop = nullptr;
    FieldMessage* message = nullptr;
    QTabWidget* tabs = nullptr;
    InspectorOverview* overview = nullptr;
    HandshakeView* handshake = nullptr;
    ChainView* chain = nullptr;
    CipherView* ciphers = nullptr;
    SecretsView* secrets = nullptr;
    ConnectionLog* log = nullptr;
    ConnectionReportPtr report;
    QString trustText;
    std::chrono::milliseconds timeout{10000};
    bool isPreparing = false; ///< the store's CAs are being read
    unsigned generation = 0;  ///< counts the connections, so that what belongs to an earlier one is dropped
};

InspectorPage::InspectorPage(UiContext& context, QWidget* parent)
    : QWidget(parent)
    , d(std::make_unique<Private>(this, context)) {
    setObjectName(QStringLiteral("inspectorPage"));
    d->inspector = new service::ConnectionInspector(this);
    d->build();
    d->connectAll();
    d->setRunning(false);
    d->overview->showEmpty();
}

InspectorPage::~InspectorPage() = default;

void InspectorPage::Private::build() {
    overview = new InspectorOverview(q);
    handshake = new HandshakeView(q);
    chain = new ChainView(q);
    ciphers = new CipherView(q);
    secrets = new SecretsView(q);
    log = new ConnectionLog(q);
    message = new FieldMessage(q);
    message->setObjectName(QStringLiteral("addressMessage"));
    tabs = new QTabWidget(q);
    tabs->setObjectName(QStringLiteral("inspectorTabs"));
    tabs->setAccessibleName(InspectorPage::tr("Parts of the report"));
    tabs->setDocumentMode(true);
    tabs->setFocusPolicy(Qt::NoFocus); // its bar has the focus; twice in the chain, Tab would go in circles below it
    tabs->addTab(overview, InspectorPage::tr("Overview"));
    tabs->addTab(handshake, InspectorPage::tr("Handshake"));
    tabs->addTab(chain, InspectorPage::tr("Chain"));
    tabs->addTab(ciphers, InspectorPage::tr("Ciphers"));
    tabs->addTab(secrets, InspectorPage::tr("Secrets"));
    tabs->addTab(log, InspectorPage::tr("Log"));
    auto* column = new QVBoxLayout(q);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(buildAddressBar());
    column->addWidget(tabs, 1);
    tabInReadingOrder(*q);
}

QWidget* InspectorPage::Private::buildAddressBar() {
    auto* bar = new QWidget(q);
    address = new QLineEdit(bar);
    address->setObjectName(QStringLiteral("address"));
    address->setPlaceholderText(InspectorPage::tr("Host name, host:port or URL, e.g. www.example.test"));
    address->setClearButtonEnabled(true);
    address->setMaxLength(2000);
    auto* label = new QLabel(InspectorPage::tr("&Server"), bar);
    label->setBuddy(address);
    go = new QPushButton(InspectorPage::tr("&Inspect"), bar);
    go->setObjectName(QStringLiteral("inspect"));
    go->setDefault(true);
    stop = new QPushButton(InspectorPage::tr("Cance&l"), bar);
    stop->setObjectName(QStringLiteral("cancelInspection"));
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(label);
    row->addWidget(address, 1);
    row->addWidget(go);
    row->addWidget(stop);
    auto* column = new QVBoxLayout(bar);
    column->setContentsMargins(12, 8, 12, 8);
    column->setSpacing(4);
    column->addLayout(row);
    column->addWidget(message);
    return bar;
}

void InspectorPage::Private::connectAll() {
    QObject::connect(address, &QLineEdit::returnPressed, q, [this] { q->inspect(address->text()); });
    QObject::connect(address, &QLineEdit::textEdited, message, &FieldMessage::clear);
    QObject::connect(go, &QPushButton::clicked, q, [this] { q->inspect(address->text()); });
    QObject::connect(stop, &QPushButton::clicked, q, &InspectorPage::cancel);
    QObject::connect(inspector, &service::ConnectionInspector::updated, q,
                     [this](const service::ConnectionUpdate& update) {
                         overview->append(update);
                         handshake->append(update);
                         log->append(update.states);
                     });
    QObject::connect(inspector, &service::ConnectionInspector::finished, q,
                     [this](const ConnectionReportPtr& result) { finish(result); });
    QObject::connect(chain, &ChainView::openWanted, q, &InspectorPage::certificatesOpened);
    QObject::connect(chain, &ChainView::importWanted, q, [this] { importChain(); });
    QObject::connect(chain, &ChainView::saveWanted, q, [this] { saveChain(); });
    QObject::connect(secrets, &SecretsView::keyLogWanted, q, [this] { saveKeyLog(); });
}

void InspectorPage::focusAddress() {
    d->address->setFocus(Qt::OtherFocusReason);
    d->address->selectAll();
}

ConnectionReportPtr InspectorPage::report() const {
    return d->report;
}

void InspectorPage::setTimeout(std::chrono::milliseconds timeout) {
    d->timeout = timeout;
}

bool InspectorPage::isRunning() const {
    return d->isPreparing || d->inspector->isRunning();
}

void InspectorPage::inspect(const QString& target) {
    d->address->setText(target);
    const auto endpoint =
        base::outcomeOf([&target] { return net::parseEndpoint(toStdString(target.trimmed()), HttpsPort); });
    if (!endpoint) {
        d->message->setError(addressProblem(endpoint.error()));
        focusAddress();
        return;
    }
    d->message->clear();
    d->start(*endpoint);
}

void InspectorPage::Private::start(const net::Endpoint& endpoint) {
    ++generation;
    report.reset();
    handshake->clear();
    chain->clear();
    ciphers->clear();
    secrets->clear();
    log->clear();
    const QString title = printable(endpoint.toText());
    overview->showStarted(title);
    tabs->setCurrentWidget(overview);
    Q_EMIT q->titleChanged(title);

    service::ConnectionRequest request;
    request.endpoint = endpoint;
    request.timeout = timeout;
    service::StoreSession* session = context.session();
    if (session == nullptr) {
        connectWith(std::move(request), InspectorPage::tr("the system's trusted certificates"));
        return;
    }
    isPreparing = true;
    setRunning(true);
    const QString trust = InspectorPage::tr("the system's trusted certificates and the roots in %1")
                              .arg(printable(QFileInfo(session->path()).fileName()));
    session->read<std::vector<x509::Certificate>>(
        {}, q, [](store::Store& store, const base::JobControl&) { return store.trustedRoots(); },
        [this, request, trust, mine = generation](const base::Outcome<std::vector<x509::Certificate>>& roots) mutable {
            if (mine != generation || !isPreparing)
                return;
            isPreparing = false;
            if (!roots) {
                message->setMessage(
                    FieldMessage::Severity::Warning,
                    InspectorPage::tr("The store's CAs could not be read: %1").arg(errorLine(roots.error())));
                connectWith(std::move(request), InspectorPage::tr("the system's trusted certificates"));
                return;
            }
            request.trust.certificates = *roots;
            connectWith(std::move(request), trust);
        });
}

void InspectorPage::Private::connectWith(service::ConnectionRequest request, const QString& trust) {
    trustText = trust;
    inspector->start(std::move(request));
    setRunning(true);
}

void InspectorPage::Private::finish(const ConnectionReportPtr& result) {
    report = result;
    const base::Time now = context.clock.now();
    overview->setReport(*result, now);
    handshake->setReport(*result);
    chain->setReport(*result, trustText, now);
    chain->setImportPossible(context.session() != nullptr);
    ciphers->setFacts(result->facts);
    secrets->setReport(result);
    log->setReport(*result);
    setRunning(false);
    Q_EMIT q->inspected();
}

void InspectorPage::cancel() {
    if (d->isPreparing) {
        d->isPreparing = false;
        d->overview->showEmpty();
        d->setRunning(false);
        return;
    }
    d->inspector->cancel();
}

void InspectorPage::Private::setRunning(bool isRunning) {
    stop->setEnabled(isRunning);
}

void InspectorPage::Private::importChain() {
    if (context.session() == nullptr || !report)
        return;
    const std::vector<x509::Certificate> all = chain->certificates();
    const auto isRoot = [](const x509::Certificate& certificate) { return certificate.isSelfSigned(); };
    const auto root = std::find_if(all.begin(), all.end(), isRoot);
    std::vector<x509::Certificate> withoutRoots;
    std::remove_copy_if(all.begin(), all.end(), std::back_inserter(withoutRoots), isRoot);
    if (withoutRoots.size() == all.size() || (report->verify && report->verify->ok)) {
        import(all);
        return;
    }
    // What nobody vouches for becomes an anchor by lying in the store: that is for a person to say.
    Question question;
    question.title = InspectorPage::tr("Import the chain");
    question.text = InspectorPage::tr("Trust the root of this chain from now on?");
    question.informativeText =
        InspectorPage::tr(
            "%1 is not trusted so far. Roots in the store are trusted when connections are checked: import "
            "it only if you know that it is the real one.")
            .arg(printable(root->subject().displayName()));
    question.choices = {{InspectorPage::tr("Import &without the root")},
                        {InspectorPage::tr("Import and &trust it"), true}};
    context.prompts.askQuestion(q, question, q, [this, all, withoutRoots](std::optional<std::size_t> answer) {
        if (answer)
            import(*answer == 0 ? withoutRoots : all);
    });
}

void InspectorPage::Private::import(const std::vector<x509::Certificate>& certificates) {
    service::StoreSession* session = context.session();
    if (session == nullptr || !report)
        return;
    formats::Contents contents;
    contents.file = report->endpoint.toText();
    for (const x509::Certificate& certificate : certificates)
        contents.items.push_back(formats::Item{certificate, {}});
    chain->setImportRunning(true);
    session->write<service::ImportResult>(
        InspectorPage::tr("Importing the chain of %1").arg(printable(contents.file)), q,
        [contents = std::vector{std::move(contents)}](store::Store& store, const base::JobControl& control) {
            const auto preview = service::previewImport(contents, &store, control);
            return service::importItems(store, service::selectNew(preview), control);
        },
        [this](const base::Outcome<service::ImportResult>& result) {
            chain->setImportRunning(false);
            if (!result)
                context.prompts.showError(q, InspectorPage::tr("The chain was not imported"), result.error(), q);
            else if (context.toast)
                context.toast(result->added.empty() ? InspectorPage::tr("These certificates are in the store already")
                              : result->added.size() == 1
                                  ? InspectorPage::tr("Imported 1 certificate")
                                  : InspectorPage::tr("Imported %1 certificates").arg(result->added.size()),
                              {}, {});
        });
}

void InspectorPage::Private::saveChain() {
    if (!report)
        return;
    QByteArray pem;
    for (const x509::Certificate& certificate : chain->certificates())
        pem += QByteArray::fromStdString(certificate.toPem());
    FileRequest request;
    request.title = InspectorPage::tr("Save the chain");
    request.suggestedName = printable(report->endpoint.host) + QStringLiteral(".pem");
    request.defaultSuffix = QStringLiteral("pem");
    request.filters = {InspectorPage::tr("PEM files (*.pem)")};
    context.prompts.askSaveFile(q, request, q, [this, pem](const QString& path) {
        if (path.isEmpty())
            return;
        context.jobs.run<bool>(
            {}, q,
            [path, pem](const base::JobControl&) {
                QSaveFile file(path);
                if (!file.open(QIODevice::WriteOnly) || file.write(pem) != pem.size() || !file.commit())
                    throw base::Error(base::ErrorKind::Io,
                                      "The file could not be written: " + toStdString(file.errorString()),
                                      "Choose another folder, or free some space.")
                        .withContext(toStdString(path));
                return true;
            },
            [this, path](const base::Outcome<bool>& saved) {
                if (!saved)
                    context.prompts.showError(q, InspectorPage::tr("The chain was not saved"), saved.error(), q);
                else if (context.toast)
                    context.toast(InspectorPage::tr("Saved %1").arg(printable(path)), {}, {});
            });
    });
}

void InspectorPage::Private::saveKeyLog() {
    if (!report)
        return;
    FileRequest request;
    request.title = InspectorPage::tr("Save the key log");
    request.suggestedName = QStringLiteral("keylog.txt");
    request.isOverwriteAskedFor = false; // it is appended to
    request.filters = {InspectorPage::tr("Text files (*.txt *.log)")};
    context.prompts.askSaveFile(q, request, q, [this, kept = report](const QString& path) {
        if (path.isEmpty())
            return;
        context.jobs.run<bool>(
            {}, q,
            [path, kept](const base::JobControl&) {
                service::appendKeyLog(toStdString(path), kept->secrets);
                return true;
            },
            [this, path](const base::Outcome<bool>& saved) {
                if (!saved)
                    context.prompts.showError(q, InspectorPage::tr("The key log was not saved"), saved.error(), q);
                else if (context.toast)
                    context.toast(InspectorPage::tr("The secrets of this session are in %1").arg(printable(path)), {},
                                  {});
            });
    });
}

void InspectorPage::changeEvent(QEvent* event) {
    if (event->type() == QEvent::ActivationChange && !isActiveWindow())
        d->secrets->maskAll();
    QWidget::changeEvent(event);
}

} // namespace certwright::ui
