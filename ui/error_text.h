#pragma once

#include "core/base/error.h"

#include <QString>

namespace certwright::ui {

/// An error in words for people: what happened, why probably, what to do.
struct ErrorText {
    QString reason;  ///< one or two sentences: what went wrong
    QString advice;  ///< what to do; may be empty
    QString details; ///< OpenSSL's stack and the internal message, for Details and for Copy; may be empty
};

/// The one place where errors become words. Knows the OpenSSL reasons that matter; any other gets its kind's words and
/// the program's own message. Text from files in it is made printable.
ErrorText errorText(const base::Error& error);

/// Reason and advice in one paragraph, for lines inside a page.
QString errorLine(const base::Error& error);

/// All of it as plain text, as Copy puts it on the clipboard.
QString errorReport(const QString& title, const base::Error& error);

} // namespace certwright::ui
