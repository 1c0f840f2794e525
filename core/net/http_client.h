#pragma once

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/outcome.h"

#include <QObject>
#include <QTimer>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

class QNetworkAccessManager;
class QNetworkReply;
class QUrl;

namespace certwright::net {

/// What is to be fetched: OCSP responses, revocation lists, issuers' certificates.
struct HttpRequest {
    std::string url;                          ///< http or https, without user and password
    base::Bytes body{};                       ///< what is posted; empty: GET
    std::string contentType{};                ///< of the body
    std::string accept{};                     ///< media type that is expected; empty: any
    std::size_t maximumSize = 1U << 20U;      ///< octets of the answer's body
    std::chrono::milliseconds timeout{15000}; ///< for everything together
    int maximumRedirects = 3;
};

struct HttpResponse {
    std::string url;         ///< that answered, after redirects
    std::string contentType; ///< as the server says; may be empty
    base::Bytes body;
};

/// A client of HTTP/1.1 (RFC 9112) for small things, one after the other. It keeps no cookies, no cache and no
/// passwords, takes no compressed answers, asks no proxy, and follows redirects only to http and https, never from
/// https to http. The certificates of https are held against the system's trust. Lives in a thread with an event loop.
class HttpClient : public QObject {
    Q_OBJECT

public:
    using Done = std::function<void(base::Outcome<HttpResponse>)>;

    explicit HttpClient(QObject* parent = nullptr);
    ~HttpClient() override;

    /// Only when none is running. `done` is called once from the event loop, never from inside this call, unless the
    /// client goes before; it may start the next one. Any answer but 200 is an error. Errors are Network with the URL
    /// as context, Unsupported for other schemes, BadInput for what is no URL.
    void start(HttpRequest request, Done done);
    /// Ends it with an error of kind Cancelled, from the event loop; without effect when none is running.
    void cancel();
    bool isRunning() const noexcept { return m_done != nullptr; }

private:
    void send(const QUrl& url);
    void onReadable();
    void onReplied();
    void follow(const QUrl& from);
    void succeed();
    void fail(base::ErrorKind kind, const std::string& message, const std::string& hint = {});
    void finish(base::Outcome<HttpResponse> outcome);
    void dropReply();

    QNetworkAccessManager* m_manager;
    QNetworkReply* m_reply = nullptr;
    QTimer m_timer;
    HttpRequest m_request;
    Done m_done;
    base::Bytes m_body;
    int m_redirects = 0;
};

} // namespace certwright::net
