#pragma once

#include "core/base/bytes.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::x509 {

/// Up to what amount a certificate may be relied on (ETSI EN 319 412-5 4.3.2): amount · 10^exponent.
struct QcLimit {
    std::string currency; ///< ISO 4217: three letters, or the number
    std::uint64_t amount = 0;
    std::uint64_t exponent = 0;

    bool operator==(const QcLimit&) const = default;
};

/// Where a disclosure statement is (ETSI EN 319 412-5 4.3.4).
struct QcLocation {
    std::string url;
    std::string language; ///< two letters (ISO 639-1)

    bool operator==(const QcLocation&) const = default;
};

/// What the holder may do with payments (ETSI TS 119 495 5.1).
struct QcPaymentServices {
    struct Role {
        std::string oid;
        std::string name; ///< "PSP_AS"...

        bool operator==(const Role&) const = default;
    };

    std::vector<Role> roles;
    std::string authority;   ///< that lets them do so
    std::string authorityId; ///< "AT-FMA"

    bool operator==(const QcPaymentServices&) const = default;
};

/// One statement: kept as it is, made and read by what it says. A maker throws BadInput for what cannot be encoded; a
/// reader gives nothing for another statement, and for one that is damaged.
struct QcStatement {
    std::string oid;
    base::Bytes info{}; ///< DER of what stands behind the OID; may be empty

    /// Qualified certificate of the European Union (ETSI EN 319 412-5 4.2.1).
    static QcStatement compliance();
    /// The private key is in a qualified signature creation device (4.2.2).
    static QcStatement secureDevice();
    static QcStatement ofLimit(const QcLimit& limit);
    /// For how many years after expiry the evidence is kept (4.3.3).
    static QcStatement ofRetention(std::uint64_t years);
    static QcStatement ofLocations(const std::vector<QcLocation>& locations);
    /// For signatures, seals or web sites (4.2.3): dotted OIDs.
    static QcStatement ofTypes(const std::vector<std::string>& types);
    /// Under the law of which countries it is qualified (4.2.4): two letters each.
    static QcStatement ofCountries(const std::vector<std::string>& countries);
    static QcStatement ofPaymentServices(const QcPaymentServices& services);

    std::optional<QcLimit> limit() const;
    std::optional<std::uint64_t> retention() const;
    std::optional<std::vector<QcLocation>> locations() const;
    std::optional<std::vector<std::string>> types() const;
    std::optional<std::vector<std::string>> countries() const;
    std::optional<QcPaymentServices> paymentServices() const;

    /// In words, one fact per line; nothing when it is damaged.
    std::optional<std::string> text() const;

    bool operator==(const QcStatement&) const = default;
};

/// RFC 3739 3.2.6. encode() gives DER; decode() gives nothing for a value that is damaged.
struct QcStatements {
    static constexpr std::array<std::string_view, 1> Oids{"1.3.6.1.5.5.7.1.3"};

    std::vector<QcStatement> statements;

    /// @throws Error BadInput when there is none, or one's OID is none
    base::Bytes encode() const;
    static std::optional<QcStatements> decode(base::BytesView value);
    bool operator==(const QcStatements&) const = default;
};

} // namespace certwright::x509
