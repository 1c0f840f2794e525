#include "core/service/verification_task.h"

#include "core/formats/reader.h"
#include "core/x509/access_points.h"
#include "core/x509/ocsp/request.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace certwright::service {

namespace {

using base::Error;
using base::ErrorKind;
using x509::VerifyOptions;

constexpr std::size_t MaximumCertificates = 1U << 20U; ///< octets of a file with issuers
constexpr std::size_t MaximumCrl = 64U << 20U;
constexpr std::size_t MaximumOcsp = 256U << 10U;
/// A chain of AIA that has no end would otherwise lead us on.
constexpr int MaximumIssuers = 8;

/// What a list that can be fetched may mend.
bool isCrlMissing(const x509::Finding& finding) {
    constexpr std::array<std::string_view, 4> Ids{"unable-to-get-crl", "crl-expired", "crl-not-yet-valid", "crl-scope"};
    return std::find(Ids.begin(), Ids.end(), finding.id) != Ids.end();
}

bool isWeb(std::string_view url) {
    return url.starts_with("http://") || url.starts_with("https://");
}

/// All of kind T in what was fetched, in DER, PEM or PKCS#7. @throws Error BadInput when there is none
template <class T>
std::vector<T> itemsOf(const net::HttpResponse& response, const char* what) {
    const formats::Contents contents = formats::readContents(response.body, formats::noPassphrase, {}, response.url);
    std::vector<T> found;
    for (const formats::Item* item : formats::flatten(contents)) {
        if (const T* value = item->as<T>())
            found.push_back(*value);
    }
    if (found.empty())
        throw Error(ErrorKind::BadInput, std::string("There is no ") + what + " in what the server sent")
            .withContext(response.url);
    return found;
}

} // namespace

VerificationTask::VerificationTask(OnlineRequest request)
    : m_request(std::move(request))
    , m_client(this) {}

void VerificationTask::start() {
    guarded([this] {
        verify();
        goOn();
    });
}

void VerificationTask::cancel() {
    if (m_isOver)
        return;
    m_isOver = true;
    m_client.cancel();
    Q_EMIT finished(std::make_shared<const base::Outcome<OnlineVerification>>(
        Error(ErrorKind::Cancelled, "The verification was stopped")));
}

void VerificationTask::guarded(const std::function<void()>& step) {
    if (m_isOver)
        return;
    const auto outcome = base::outcomeOf(step);
    if (outcome)
        return;
    m_isOver = true;
    Q_EMIT finished(std::make_shared<const base::Outcome<OnlineVerification>>(outcome.error()));
}

void VerificationTask::verify() {
    m_verification.result = m_request.trust.verify(m_request.certificate, m_request.options);
}

void VerificationTask::goOn() {
    const bool isFetching = (m_request.fetch.issuers && fetchIssuer()) || (m_request.fetch.crls && fetchCrl()) ||
                            (m_request.fetch.ocsp && fetchOcsp());
    if (!isFetching)
        finish();
}

std::string VerificationTask::untried(const std::vector<std::string>& urls) const {
    const auto found = std::find_if(urls.begin(), urls.end(),
                                    [this](const std::string& url) { return isWeb(url) && !m_tried.contains(url); });
    return found == urls.end() ? std::string() : *found;
}

void VerificationTask::fetch(FetchedItem item, net::HttpRequest request, Received received) {
    request.url = item.url;
    request.timeout = m_request.fetch.timeout;
    m_client.start(std::move(request), [this, item = std::move(item), received = std::move(received)](
                                           const base::Outcome<net::HttpResponse>& response) mutable {
        guarded([&] {
            const auto outcome = base::outcomeOf([&] { received(response.value()); });
            if (!outcome)
                item.failure = outcome.error();
            m_verification.fetched.push_back(std::move(item));
            goOn();
        });
    });
}

/// The path ends below a root: its last certificate may say where its issuer is.
bool VerificationTask::fetchIssuer() {
    const x509::VerifyResult& result = m_verification.result;
    const x509::Certificate last = result.chain.back();
    if (result.isTrusted || last.isSelfSigned() || m_issuersTried >= MaximumIssuers)
        return false;
    const std::string url = untried(x509::accessPointsOf(last).issuers);
    if (url.empty())
        return false;
    ++m_issuersTried;
    m_tried.insert(url);
    net::HttpRequest request;
    request.maximumSize = MaximumCertificates;
    fetch({FetchedItem::Kind::Issuer, url, last.sha256(), {}}, std::move(request),
          [this, last](const net::HttpResponse& response) { addIssuers(last, response); });
    return true;
}

void VerificationTask::addIssuers(const x509::Certificate& certificate, const net::HttpResponse& response) {
    const auto found = itemsOf<x509::Certificate>(response, "certificate");
    for (const x509::Certificate& issuer : found)
        m_request.trust.addUntrusted(issuer);
    verify();
    if (x509::issuerAmong(found, certificate) == nullptr)
        throw Error(ErrorKind::BadInput,
                    "What the server sent is not the issuer of “" + certificate.subject().displayName() + "”")
            .withContext(response.url);
}

bool VerificationTask::fetchCrl() {
    const x509::VerifyResult& result = m_verification.result;
    for (const x509::Finding& finding : result.findings) {
        if (!isCrlMissing(finding) || static_cast<std::size_t>(finding.depth) >= result.chain.size())
            continue;
        const x509::Certificate& certificate = result.chain[static_cast<std::size_t>(finding.depth)];
        for (const std::vector<std::string>& point : x509::accessPointsOf(certificate).crls) {
            const std::string url = untried(point);
            if (url.empty())
                continue;
            m_tried.insert(url);
            net::HttpRequest request;
            request.maximumSize = MaximumCrl;
            fetch({FetchedItem::Kind::Crl, url, certificate.sha256(), {}}, std::move(request),
                  [this](const net::HttpResponse& response) { addCrls(response); });
            return true;
        }
    }
    return false;
}

void VerificationTask::addCrls(const net::HttpResponse& response) {
    for (const x509::Crl& crl : itemsOf<x509::Crl>(response, "revocation list"))
        m_request.trust.addCrl(crl);
    verify();
}

bool VerificationTask::fetchOcsp() {
    if (m_request.options.ocsp)
        return false; // it has come
    const x509::Certificate& certificate = m_request.certificate;
    const x509::Certificate* issuer = x509::issuerAmong(m_verification.result.chain, certificate);
    if (issuer == nullptr)
        issuer = x509::issuerAmong(m_request.trust.untrusted(), certificate);
    const std::string url = untried(x509::accessPointsOf(certificate).ocsp);
    if (issuer == nullptr || url.empty())
        return false;
    m_tried.insert(url);
    const auto question = x509::OcspRequest::make({{certificate, *issuer}});
    net::HttpRequest request;
    request.body = question.der();
    request.contentType = "application/ocsp-request";
    request.accept = "application/ocsp-response";
    request.maximumSize = MaximumOcsp;
    fetch({FetchedItem::Kind::Ocsp, url, certificate.sha256(), {}}, std::move(request),
          [this, nonce = question.nonce()](const net::HttpResponse& response) {
              m_request.options.ocsp = {response.body, x509::OcspSource::Fetched, nonce};
              verify();
          });
    return true;
}

void VerificationTask::addOcspFinding(std::string id, std::string message, std::string fix) {
    x509::Finding finding;
    finding.id = std::move(id);
    finding.subject = m_request.certificate.subject().toRfc2253();
    finding.message = std::move(message);
    finding.fix = std::move(fix);
    m_verification.result.findings.push_back(std::move(finding));
    m_verification.result.isTrusted = false;
}

void VerificationTask::finish() {
    const std::string name = "“" + m_request.certificate.subject().displayName() + "”";
    const std::vector<std::string> responders = x509::accessPointsOf(m_request.certificate).ocsp;
    const auto& fetched = m_verification.fetched;
    const auto last = std::find_if(fetched.rbegin(), fetched.rend(),
                                   [](const FetchedItem& item) { return item.kind == FetchedItem::Kind::Ocsp; });
    if (m_request.fetch.ocsp && !m_request.options.ocsp) {
        if (last != fetched.rend() && last->failure)
            addOcspFinding("ocsp-unavailable",
                           "The responder of " + name + " could not be asked: " + last->failure->message(),
                           "Try again later.");
        else if (std::none_of(responders.begin(), responders.end(), isWeb))
            addOcspFinding("ocsp-no-responder", name + " names no OCSP responder that can be asked by HTTP",
                           "Check it by a revocation list.");
        else
            addOcspFinding("ocsp-issuer-missing",
                           "The responder of " + name + " cannot be asked, because its issuer is not there",
                           "Add the issuer's certificate.");
    }
    m_isOver = true;
    Q_EMIT finished(std::make_shared<const base::Outcome<OnlineVerification>>(std::move(m_verification)));
}

} // namespace certwright::service
