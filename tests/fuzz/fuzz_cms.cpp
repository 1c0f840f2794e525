#include "core/base/error.h"
#include "core/base/secret.h"
#include "core/formats/cms_decryption.h"
#include "core/formats/cms_verifying.h"
#include "core/formats/signed_and_enveloped.h"
#include "tests/fuzz/fuzz.h"

namespace {

/// Nothing of it may be a defect; that the message is for somebody else is none.
template <class F>
void tolerating(F&& function) {
    try {
        function();
    } catch (const certwright::base::Error& error) {
        certwright::fuzz::require(error.kind() != certwright::base::ErrorKind::Internal, error.what());
    }
}

} // namespace

// A message of CMS or PKCS#7 that is verified and opened, with what fits hardly anything.
void certwright::fuzz::target(base::BytesView input) {
    const auto message = formats::CmsMessage::load(input);
    formats::displayText(formats::recipientsOf(message));
    tolerating([&] { formats::verifyCms(message); });
    const base::Secret passphrase(base::bytesOf("passphrase"));
    const base::Secret secretKey(base::bytesOf("0123456789abcdef"));
    formats::CmsDecryptOptions options;
    options.passphrase = &passphrase;
    options.secretKey = &secretKey;
    options.limits = quickOptions();
    tolerating([&] { formats::decryptCms(message, options); });
    if (message.isSignedAndEncrypted())
        formats::verifyCms(formats::asSignedMessage(message, base::bytesOf("content")));
}
