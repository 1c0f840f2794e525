#pragma once

#include "core/base/clock.h"
#include "core/formats/item.h"
#include "ui/models/entry_facts.h"

#include <QByteArray>
#include <QString>

#include <vector>

namespace certwright::ui {

/// A line of the tree of all fields, with what lies below it. Texts are printable.
struct DetailNode {
    QString label;
    QString value;
    QByteArray raw; ///< its DER, shown in hexadecimal when it is selected; may be empty
    std::vector<DetailNode> children;
};

/// Everything that the file viewer shows of one thing in a file. A value, made off the GUI thread.
struct ItemDescription {
    QString iconName;
    EntryFacts facts; ///< id and kind mean nothing here
    std::vector<DetailNode> details;
    QString pem; ///< empty where there is none to show; of a private key that of its public half
    bool isLocked = false;
    /// Of a private key, so that its copy is not offered as the thing itself.
    bool isPemOfPublicHalf = false;
};

/// Reads all there is to show. Calls OpenSSL, so it is not for the GUI thread.
ItemDescription describeItem(const formats::Item& item, base::Time now, int warningDays);

/// "www.example.test", "Private key": what a tree of contents calls it. Cheap.
QString itemTitle(const formats::Item& item);
/// "Certificate", "PKCS#12": its kind in words.
QString itemKindText(const formats::Item& item);
QString itemIconName(const formats::Item& item);

} // namespace certwright::ui
