#pragma once

#include "core/net/http_client.h"
#include "core/service/online_verifying.h"

#include <QObject>

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace certwright::service {

/// One verification on the network thread: what an OnlineVerifier starts. It verifies, looks what is missing, fetches
/// one thing, and verifies again, until nothing more can be had. Deleting it there cancels without a signal.
class VerificationTask : public QObject {
    Q_OBJECT

public:
    explicit VerificationTask(OnlineRequest request);

    void start();
    void cancel();

Q_SIGNALS:
    void finished(const certwright::service::OnlineVerificationPtr& outcome);

private:
    using Received = std::function<void(const net::HttpResponse&)>;

    /// Runs a step; what it throws ends the task.
    void guarded(const std::function<void()>& step);
    void verify();
    void goOn();
    /// Each begins to fetch the next thing of its kind; false when there is none.
    bool fetchIssuer();
    bool fetchCrl();
    bool fetchOcsp();
    void fetch(FetchedItem item, net::HttpRequest request, Received received);
    /// The first URL of http or https that was not tried yet; empty when there is none.
    std::string untried(const std::vector<std::string>& urls) const;
    void addIssuers(const x509::Certificate& certificate, const net::HttpResponse& response);
    void addCrls(const net::HttpResponse& response);
    /// Says in the result why the certificate's status could not be asked for.
    void addOcspFinding(std::string id, std::string message, std::string fix);
    void finish();

    OnlineRequest m_request;
    net::HttpClient m_client;
    OnlineVerification m_verification;
    std::set<std::string> m_tried;
    int m_issuersTried = 0;
    bool m_isOver = false;
};

} // namespace certwright::service
