#include "core/x509/access_points.h"

#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/x509/native_text.h"

#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <memory>

namespace certwright::x509 {

namespace {

struct AccessDeleter {
    void operator()(AUTHORITY_INFO_ACCESS* access) const noexcept { AUTHORITY_INFO_ACCESS_free(access); }
};
struct PointsDeleter {
    void operator()(CRL_DIST_POINTS* points) const noexcept { CRL_DIST_POINTS_free(points); }
};

/// Empty for a name of another type.
std::string uriOf(const GENERAL_NAME* name) {
    int type = -1;
    const void* value = GENERAL_NAME_get0_value(name, &type);
    if (type != GEN_URI)
        return {};
    const auto* text = static_cast<const ASN1_IA5STRING*>(value);
    return ia5Text({ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text))});
}

void readAccess(const Certificate& certificate, AccessPoints& out) {
    const std::unique_ptr<AUTHORITY_INFO_ACCESS, AccessDeleter> access(
        static_cast<AUTHORITY_INFO_ACCESS*>(X509_get_ext_d2i(certificate.native(), NID_info_access, nullptr, nullptr)));
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(access.get()); ++i) {
        const ACCESS_DESCRIPTION* entry = sk_ACCESS_DESCRIPTION_value(access.get(), i);
        std::string uri = uriOf(entry->location);
        const int method = OBJ_obj2nid(entry->method);
        if (!uri.empty() && method == NID_ad_OCSP)
            out.ocsp.push_back(std::move(uri));
        else if (!uri.empty() && method == NID_ad_ca_issuers)
            out.issuers.push_back(std::move(uri));
    }
}

void readPoints(const Certificate& certificate, AccessPoints& out) {
    const std::unique_ptr<CRL_DIST_POINTS, PointsDeleter> points(static_cast<CRL_DIST_POINTS*>(
        X509_get_ext_d2i(certificate.native(), NID_crl_distribution_points, nullptr, nullptr)));
    for (int i = 0; i < sk_DIST_POINT_num(points.get()); ++i) {
        const DIST_POINT* point = sk_DIST_POINT_value(points.get(), i);
        if (point->distpoint == nullptr || point->distpoint->type != 0) // 0: fullName, 1: relative to the issuer
            continue;
        const GENERAL_NAMES* names = point->distpoint->name.fullname;
        std::vector<std::string> uris;
        for (int j = 0; j < sk_GENERAL_NAME_num(names); ++j) {
            std::string uri = uriOf(sk_GENERAL_NAME_value(names, j));
            if (!uri.empty())
                uris.push_back(std::move(uri));
        }
        if (!uris.empty())
            out.crls.push_back(std::move(uris));
    }
}

} // namespace

AccessPoints accessPointsOf(const Certificate& certificate) {
    AccessPoints out;
    readAccess(certificate, out);
    readPoints(certificate, out);
    base::clearQueue();
    return out;
}

} // namespace certwright::x509
