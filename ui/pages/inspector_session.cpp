#include "ui/pages/inspector_session.h"

#include "core/base/clock.h"
#include "core/base/outcome.h"
#include "core/service/connection_inspector.h"
#include "core/service/store_session.h"
#include "ui/convert.h"
#include "ui/error_text.h"
#include "ui/pages/chain_view.h"
#include "ui/pages/cipher_view.h"
#include "ui/pages/connection_log.h"
#include "ui/pages/connection_options.h"
#include "ui/pages/console_view.h"
#include "ui/pages/handshake_view.h"
#include "ui/pages/inspection_acts.h"
#include "ui/pages/inspector_address_bar.h"
#include "ui/pages/inspector_overview.h"
#include "ui/pages/scan_view.h"
#include "ui/pages/secrets_view.h"
#include "ui/ui_context.h"
#include "ui/unlock.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/tab_order.h"

#include <QEvent>
#include <QFileInfo>
#include <QScrollArea>
#include <QTabWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <optional>

namespace certwright::ui {

using service::ConnectionReportPtr;

namespace {

/// Asks for all the height of its content, and takes less.
class YieldingArea : public QScrollArea {
public:
    using QScrollArea::QScrollArea;
    QSize sizeHint() const override { return widget()->sizeHint(); }
    QSize minimumSizeHint() const override {
        return {widget()->minimumSizeHint().width(), fontMetrics().lineSpacing() * 4};
    }
};

/// Asks for no more than it needs, so that the options above it have their height first.
class ModestTabs : public QTabWidget {
public:
    using QTabWidget::QTabWidget;
    QSize sizeHint() const override { return minimumSizeHint(); }
    bool hasHeightForWidth() const override { return false; }
};

/// What the open store gives to a connection.
struct StoreParts {
    std::vector<x509::Certificate> roots;
    std::optional<tls::Credentials> credentials;
};

/// A certificate with its key, and the intermediates above it. The store must be unlocked.
tls::Credentials credentialsOf(store::Store& store, store::RowId id) {
    const auto row = store.certificate(id);
    if (!row)
        throw base::Error(base::ErrorKind::NotFound, "The client certificate is no longer in the store");
    std::vector<x509::Certificate> chain = store.issuerChain(id);
    std::erase_if(chain, [](const x509::Certificate& certificate) { return certificate.isSelfSigned(); });
    return {store.certificateObject(id), store.privateKey(row->keyId), std::move(chain)};
}

/// What is wrong with an address. The general advice for bad input is about files.
QString addressProblem(const base::Error& error) {
    return error.hint().empty() ? errorText(error).reason : errorLine(error);
}

} // namespace

struct InspectorSession::Private {
    Private(InspectorSession* session, UiContext& uiContext)
        : q(session)
        , context(uiContext) {}

    void build();
    void buildOptions();
    void connectAll();
    void connectConsole();
    void connectScan();
    std::optional<service::ConnectionRequest> requestOf(const QString& target);
    void begin(const QString& target, bool keepOpen);
    void start(service::ConnectionRequest request);
    void readStore(service::ConnectionRequest request);
    void readClientCertificates();
    void connectWith(service::ConnectionRequest request, const QString& trustWords);
    void follow(const service::ConnectionUpdate& update);
    void show(const ConnectionReportPtr& result);
    void finish(const ConnectionReportPtr& result);
    void setRunning(bool isRunning);

    InspectorSession* q;
    UiContext& context;
    service::ConnectionInspector* inspector = nullptr;
    InspectionActs* acts = nullptr;
    InspectorAddressBar* address = nullptr;
    ConnectionOptions* options = nullptr;
    QScrollArea* optionsArea = nullptr;
    QTabWidget* tabs = nullptr;
    InspectorOverview* overview = nullptr;
    HandshakeView* handshake = nullptr;
    ChainView* chain = nullptr;
    CipherView* ciphers = nullptr;
    SecretsView* secrets = nullptr;
    ConsoleView* console = nullptr;
    ScanView* scan = nullptr;
    ConnectionLog* log = nullptr;
    ConnectionReportPtr report;
    QString title;
    QString trustText;
    service::TrustChoice trust;
    bool isPreparing = false; ///< the store's CAs are being read
    unsigned generation = 0;  ///< counts the connections, so that what belongs to an earlier one is dropped
};

InspectorSession::InspectorSession(UiContext& context, QWidget* parent)
    : QWidget(parent)
    , d(std::make_unique<Private>(this, context)) {
    setObjectName(QStringLiteral("inspectorSession"));
    d->inspector = new service::ConnectionInspector(this);
    d->acts = new InspectionActs(context, this);
    d->build();
    d->connectAll();
    d->connectConsole();
    d->connectScan();
    d->overview->showEmpty();
}

InspectorSession::~InspectorSession() = default;

void InspectorSession::Private::build() {
    address = new InspectorAddressBar(context.settings, q);
    overview = new InspectorOverview(q);
    handshake = new HandshakeView(q);
    chain = new ChainView(q);
    ciphers = new CipherView(q);
    secrets = new SecretsView(q);
    console = new ConsoleView(q);
    scan = new ScanView(q);
    log = new ConnectionLog(q);
    buildOptions();
    tabs = new ModestTabs(q);
    tabs->setObjectName(QStringLiteral("inspectorTabs"));
    tabs->setAccessibleName(InspectorSession::tr("Parts of the report"));
    tabs->setDocumentMode(true);
    tabs->setFocusPolicy(Qt::NoFocus); // its bar has the focus; twice in the chain, Tab would go in circles below it
    tabs->addTab(overview, InspectorSession::tr("Overview"));
    tabs->addTab(handshake, InspectorSession::tr("Handshake"));
    tabs->addTab(chain, InspectorSession::tr("Chain"));
    tabs->addTab(ciphers, InspectorSession::tr("Ciphers"));
    tabs->addTab(secrets, InspectorSession::tr("Secrets"));
    tabs->addTab(console, InspectorSession::tr("Console"));
    tabs->addTab(scan, InspectorSession::tr("Scan"));
    tabs->addTab(log, InspectorSession::tr("Log"));
    auto* column = new QVBoxLayout(q);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(address);
    column->addWidget(optionsArea);
    column->addWidget(tabs, 1);
    tabInReadingOrder(*q);
}

/// The options scroll where the page is small, and never take more than half of it.
void InspectorSession::Private::buildOptions() {
    options = new ConnectionOptions(context.prompts, q);
    optionsArea = new YieldingArea(q);
    optionsArea->setObjectName(QStringLiteral("optionsArea"));
    optionsArea->setFrameShape(QFrame::NoFrame);
    optionsArea->setWidgetResizable(true);
    optionsArea->setFocusPolicy(Qt::NoFocus);
    optionsArea->setWidget(options);
    optionsArea->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    optionsArea->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    optionsArea->hide();
}

void InspectorSession::Private::connectAll() {
    QObject::connect(address, &InspectorAddressBar::startWanted, q, &InspectorSession::inspect);
    QObject::connect(address, &InspectorAddressBar::cancelWanted, q, &InspectorSession::cancel);
    QObject::connect(address, &InspectorAddressBar::optionsToggled, optionsArea, &QWidget::setVisible);
    QObject::connect(address, &InspectorAddressBar::optionsToggled, q, [this](bool areShown) {
        if (areShown)
            readClientCertificates();
    });
    QObject::connect(options, &ConnectionOptions::edited, q,
                     [this] { address->setOptionsSummary(options->summary()); });
    QObject::connect(inspector, &service::ConnectionInspector::updated, q,
                     [this](const service::ConnectionUpdate& update) { follow(update); });
    QObject::connect(inspector, &service::ConnectionInspector::reported, q,
                     [this](const ConnectionReportPtr& result) { show(result); });
    QObject::connect(inspector, &service::ConnectionInspector::finished, q,
                     [this](const ConnectionReportPtr& result) { finish(result); });
    QObject::connect(overview, &InspectorOverview::replacementWanted, q, [this] {
        if (report && !report->facts.chain.empty())
            Q_EMIT q->replacementWanted(report->facts.chain.front());
    });
    QObject::connect(chain, &ChainView::openWanted, q, &InspectorSession::certificatesOpened);
    QObject::connect(chain, &ChainView::importWanted, q, [this] {
        if (report)
            acts->importChain(*report, chain->certificates());
    });
    QObject::connect(chain, &ChainView::saveWanted, q, [this] {
        if (report)
            acts->saveChain(*report, chain->certificates());
    });
    QObject::connect(chain, &ChainView::fetchWanted, q, [this] {
        if (report && !report->facts.chain.empty())
            acts->fetchIssuers(*report, trust, chain->explanation().issuerUrls);
    });
    QObject::connect(acts, &InspectionActs::fetchRunning, chain, &ChainView::setFetchRunning);
    QObject::connect(acts, &InspectionActs::fetched, q, [this](const service::OnlineVerification& verification) {
        // Of the connection that is shown, unless another was started meanwhile.
        if (report && !report->facts.chain.empty() && !verification.result.chain.empty() &&
            verification.result.chain.front() == report->facts.chain.front())
            chain->showFetched(verification, context.clock.now());
    });
    QObject::connect(acts, &InspectionActs::importRunning, chain, &ChainView::setImportRunning);
    QObject::connect(secrets, &SecretsView::keyLogWanted, q, [this] {
        if (report)
            acts->saveKeyLog(report);
    });
    QObject::connect(secrets, &SecretsView::captureWanted, q, [this] {
        if (report)
            acts->saveCapture(report);
    });
}

void InspectorSession::Private::connectConsole() {
    QObject::connect(console, &ConsoleView::connectWanted, q, [this] { q->connectAndStay(address->text()); });
    QObject::connect(console, &ConsoleView::sendWanted, inspector, &service::ConnectionInspector::send);
    QObject::connect(console, &ConsoleView::renegotiationWanted, inspector, &service::ConnectionInspector::renegotiate);
    QObject::connect(console, &ConsoleView::closingWanted, inspector, &service::ConnectionInspector::close);
}

void InspectorSession::Private::connectScan() {
    QObject::connect(scan, &ScanView::scanWanted, q, [this] {
        const auto request = requestOf(address->text());
        if (!request)
            return;
        net::ScanRunner::Options wanted;
        wanted.endpoint = request->endpoint;
        wanted.serverName = request->sentServerName();
        wanted.protocol = request->startTls;
        wanted.proxy = request->proxy;
        wanted.probeTimeout = std::min(wanted.probeTimeout, request->timeout);
        address->noteTarget(toQString(request->endpoint.toText()));
        scan->start(std::move(wanted));
    });
    QObject::connect(scan, &ScanView::exportWanted, q, [this] { acts->saveScan(scan->result(), scan->profile()); });
}

void InspectorSession::focusAddress() {
    d->address->focusField();
}

ConnectionReportPtr InspectorSession::report() const {
    return d->report;
}

QString InspectorSession::title() const {
    return d->title;
}

void InspectorSession::setTimeout(std::chrono::milliseconds timeout) {
    d->options->setTimeout(timeout);
}

bool InspectorSession::isRunning() const {
    return d->isPreparing || d->inspector->isRunning();
}

void InspectorSession::inspect(const QString& target) {
    d->begin(target, false);
}

void InspectorSession::connectAndStay(const QString& target) {
    d->begin(target, true);
}

/// What the address field and the options ask for; nothing for what makes no sense: the field then says what is wrong.
std::optional<service::ConnectionRequest> InspectorSession::Private::requestOf(const QString& target) {
    const auto endpoint =
        base::outcomeOf([&] { return net::parseEndpoint(toStdString(target.trimmed()), options->defaultPort()); });
    if (!endpoint) {
        address->message().setError(addressProblem(endpoint.error()));
        address->focusField();
        return std::nullopt;
    }
    service::ConnectionRequest request;
    request.endpoint = *endpoint;
    try {
        options->apply(request);
    } catch (const base::Error& error) {
        address->message().setError(addressProblem(error));
        address->setOptionsShown(true);
        return std::nullopt;
    }
    address->message().clear();
    return request;
}

void InspectorSession::Private::begin(const QString& target, bool keepOpen) {
    address->setText(target);
    if (auto request = requestOf(target)) {
        request->keepOpen = keepOpen;
        start(*std::move(request));
    }
}

void InspectorSession::Private::start(service::ConnectionRequest request) {
    ++generation;
    report.reset();
    handshake->clear();
    chain->clear();
    ciphers->clear();
    secrets->clear();
    console->clear();
    log->clear();
    title = printable(request.endpoint.toText());
    scan->setTarget(title);
    address->noteTarget(toQString(request.endpoint.toText()));
    overview->showStarted(title);
    tabs->setCurrentWidget(request.keepOpen ? static_cast<QWidget*>(console) : overview);
    Q_EMIT q->titleChanged(title);

    console->setHost(toQString(request.askedHost()));
    if (context.session() == nullptr || (!options->isStoreTrusted() && options->clientCertificate() == 0)) {
        connectWith(std::move(request), options->trustText({}));
        return;
    }
    isPreparing = true;
    setRunning(true);
    if (options->clientCertificate() == 0) {
        readStore(request);
        return;
    }
    const auto isStale = [this, mine = generation] { return mine != generation || !isPreparing; };
    withUnlockedStore(
        context, q->window(), InspectorSession::tr("To show your certificate to %1.").arg(title), q,
        [this, request, isStale] {
            if (!isStale())
                readStore(request);
        },
        [this, isStale] {
            if (!isStale())
                q->cancel();
        });
}

/// Reads what the open store has to give to a connection, then goes on with it.
void InspectorSession::Private::readStore(service::ConnectionRequest request) {
    service::StoreSession* session = context.session();
    if (session == nullptr) {
        isPreparing = false;
        connectWith(request, options->trustText({}));
        return;
    }
    const QString trustWords = options->trustText(QFileInfo(session->path()).fileName());
    const auto work = [wantsRoots = options->isStoreTrusted(),
                       client = options->clientCertificate()](store::Store& store, const base::JobControl&) {
        StoreParts parts;
        if (wantsRoots)
            parts.roots = store.trustedRoots();
        if (client != 0)
            parts.credentials = credentialsOf(store, client);
        return parts;
    };
    session->read<StoreParts>(
        {}, q, work, [this, request, trustWords, mine = generation](const base::Outcome<StoreParts>& parts) mutable {
            if (mine != generation || !isPreparing)
                return;
            isPreparing = false;
            if (!parts) {
                address->message().setMessage(
                    FieldMessage::Severity::Warning,
                    InspectorSession::tr("The store could not be read: %1").arg(errorLine(parts.error())));
                connectWith(std::move(request), options->trustText({}));
                return;
            }
            request.trust.certificates = parts->roots;
            request.tls.credentials = parts->credentials;
            connectWith(std::move(request), trustWords);
        });
}

/// Fills the list of certificates that can be shown to a server.
void InspectorSession::Private::readClientCertificates() {
    service::StoreSession* session = context.session();
    if (session == nullptr) {
        options->setClientCertificates({});
        return;
    }
    session->read<std::vector<store::CertificateRow>>(
        {}, q,
        [](store::Store& store, const base::JobControl&) {
            std::vector<store::CertificateRow> rows = store.certificates();
            std::erase_if(rows, [](const store::CertificateRow& row) { return row.keyId == 0; });
            return rows;
        },
        [this](const base::Outcome<std::vector<store::CertificateRow>>& rows) {
            if (rows)
                options->setClientCertificates(*rows);
        });
}

void InspectorSession::Private::connectWith(service::ConnectionRequest request, const QString& trustWords) {
    trustText = trustWords;
    trust = request.trust;
    if (request.keepOpen)
        console->setState(InspectorSession::tr("Connecting to %1…").arg(title));
    inspector->start(std::move(request));
    setRunning(true);
}

/// What has happened since the last time, while it goes on.
void InspectorSession::Private::follow(const service::ConnectionUpdate& update) {
    overview->append(update);
    handshake->append(update);
    log->append(update.states);
    secrets->setState(printable(update.state));
    console->addReceived(update.received);
    console->addRefused(update.refused);
    console->setPending(update.pending);
}

void InspectorSession::Private::show(const ConnectionReportPtr& result) {
    report = result;
    const base::Time now = context.clock.now();
    overview->setReport(*result, now);
    overview->setReplacementPossible(context.session() != nullptr);
    handshake->setReport(*result);
    chain->setReport(*result, trustText, now);
    chain->setImportPossible(context.session() != nullptr);
    ciphers->setFacts(result->facts);
    secrets->setReport(result);
    log->setReport(*result);
    if (result->protocol == tls::EngineState::Open && inspector->isRunning())
        console->setOpen(true, result->facts.version == tls::ProtocolVersion::Tls13);
}

void InspectorSession::Private::finish(const ConnectionReportPtr& result) {
    show(result);
    console->showEnd(*result);
    setRunning(false);
    Q_EMIT q->inspected();
}

void InspectorSession::cancel() {
    if (d->isPreparing) {
        d->isPreparing = false;
        d->overview->showEmpty();
        d->setRunning(false);
        return;
    }
    d->inspector->cancel();
}

void InspectorSession::Private::setRunning(bool isRunning) {
    address->setRunning(isRunning);
}

void InspectorSession::changeEvent(QEvent* event) {
    if (event->type() == QEvent::ActivationChange && !isActiveWindow())
        d->secrets->maskAll();
    QWidget::changeEvent(event);
}

} // namespace certwright::ui
