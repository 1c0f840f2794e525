#include "core/net/http_client.h"

#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QUrl>

#include <algorithm>
#include <memory>
#include <utility>

namespace certwright::net {

namespace {

using base::Error;
using base::ErrorKind;

/// What Qt holds of an answer before we take it.
constexpr qint64 BufferSize = 65536;

QByteArray bytesOf(const std::string& text) {
    return QByteArray::fromStdString(text);
}

bool isWebScheme(const QUrl& url) {
    return url.scheme() == QLatin1String("http") || url.scheme() == QLatin1String("https");
}

std::string sizeText(std::size_t octets) {
    return octets % 1024 == 0 ? std::to_string(octets / 1024) + " KiB" : std::to_string(octets) + " octets";
}

bool isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

} // namespace

HttpClient::HttpClient(QObject* parent)
    : QObject(parent)
    , m_manager(new QNetworkAccessManager(this))
    , m_timer(this) {
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        fail(ErrorKind::Network,
             "The server did not answer within " + std::to_string(m_request.timeout.count()) + " ms",
             "Try again later.");
    });
}

HttpClient::~HttpClient() {
    m_done = nullptr;
    dropReply();
}

void HttpClient::start(HttpRequest request, Done done) {
    m_request = std::move(request);
    m_done = std::move(done);
    m_redirects = 0;
    m_timer.start(m_request.timeout);
    const QUrl url(QString::fromStdString(m_request.url), QUrl::StrictMode);
    if (url.isValid() && !url.scheme().isEmpty() && !isWebScheme(url))
        fail(ErrorKind::Unsupported, "Only http and https are fetched from here");
    else if (!url.isValid() || url.host().isEmpty() || !url.userInfo().isEmpty())
        fail(ErrorKind::BadInput, "This is no URL to fetch from");
    else
        send(url);
}

void HttpClient::send(const QUrl& url) {
    m_body.clear();
    QNetworkRequest request(url);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    request.setAttribute(QNetworkRequest::CacheSaveControlAttribute, false);
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    // Set by us, Qt unpacks nothing: a small answer cannot become a large one.
    request.setRawHeader("Accept-Encoding", "identity");
    request.setRawHeader("User-Agent", "certwright");
    if (!m_request.accept.empty())
        request.setRawHeader("Accept", bytesOf(m_request.accept));
    if (m_request.body.empty()) {
        m_reply = m_manager->get(request);
    } else {
        request.setRawHeader("Content-Type", bytesOf(m_request.contentType));
        m_reply = m_manager->post(request, QByteArray(reinterpret_cast<const char*>(m_request.body.data()),
                                                      static_cast<qsizetype>(m_request.body.size())));
    }
    m_reply->setReadBufferSize(BufferSize);
    connect(m_reply, &QIODevice::readyRead, this, &HttpClient::onReadable);
    connect(m_reply, &QNetworkReply::finished, this, &HttpClient::onReplied);
}

void HttpClient::onReadable() {
    const QByteArray read = m_reply->readAll();
    m_body.insert(m_body.end(), read.begin(), read.end());
    if (m_body.size() > m_request.maximumSize)
        fail(ErrorKind::Network, "The answer is larger than " + sizeText(m_request.maximumSize),
             "Fetch it by other means if you trust this server.");
}

void HttpClient::onReplied() {
    onReadable();
    if (m_reply == nullptr)
        return; // too large
    const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const QNetworkReply::NetworkError error = m_reply->error();
    if (isRedirect(status))
        follow(m_reply->url());
    else if (status != 0 && status != 200)
        fail(ErrorKind::Network,
             "The server answered " + std::to_string(status) + " " +
                 m_reply->attribute(QNetworkRequest::HttpReasonPhraseAttribute).toString().toStdString());
    else if (error != QNetworkReply::NoError)
        fail(ErrorKind::Network, "It could not be fetched: " + m_reply->errorString().toStdString(),
             "Check the network connection.");
    else
        succeed();
}

void HttpClient::follow(const QUrl& from) {
    const QByteArray location = m_reply->rawHeader("Location");
    const QUrl to = from.resolved(QUrl(QString::fromUtf8(location), QUrl::StrictMode));
    const bool isSeeOther = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt() == 303;
    if (location.isEmpty() || !to.isValid() || to.host().isEmpty() || !to.userInfo().isEmpty() || !isWebScheme(to))
        return fail(ErrorKind::Network,
                    "The server sends on to somewhere else than the web: “" + location.toStdString() + "”");
    if (from.scheme() == QLatin1String("https") && to.scheme() != from.scheme())
        return fail(ErrorKind::Network, "The server sends on from https to http: “" + location.toStdString() + "”");
    if (++m_redirects > m_request.maximumRedirects)
        return fail(ErrorKind::Network,
                    "The server sends on more than " + std::to_string(m_request.maximumRedirects) + " times");
    dropReply();
    if (isSeeOther) // RFC 9110 15.4.4: what is there is to be had by GET
        m_request.body.clear();
    send(to);
}

void HttpClient::succeed() {
    HttpResponse response;
    response.url = m_reply->url().toString(QUrl::FullyEncoded).toStdString();
    response.contentType = m_reply->header(QNetworkRequest::ContentTypeHeader).toString().toStdString();
    response.body = std::move(m_body);
    finish(std::move(response));
}

void HttpClient::fail(ErrorKind kind, const std::string& message, const std::string& hint) {
    finish(Error(kind, message, hint).withContext(m_request.url));
}

void HttpClient::cancel() {
    if (isRunning())
        fail(ErrorKind::Cancelled, "Fetching was stopped");
}

/// Tells it from the event loop, so that whoever hears of it may do anything with this client.
void HttpClient::finish(base::Outcome<HttpResponse> outcome) {
    m_timer.stop();
    dropReply();
    if (m_done == nullptr)
        return;
    QMetaObject::invokeMethod(
        this,
        [done = std::exchange(m_done, nullptr),
         shared = std::make_shared<base::Outcome<HttpResponse>>(std::move(outcome))] { done(std::move(*shared)); },
        Qt::QueuedConnection);
}

void HttpClient::dropReply() {
    QNetworkReply* reply = std::exchange(m_reply, nullptr);
    if (reply == nullptr)
        return;
    reply->disconnect(this);
    if (reply->isRunning())
        reply->abort();
    reply->deleteLater();
}

} // namespace certwright::net
