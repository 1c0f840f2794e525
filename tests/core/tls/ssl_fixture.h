#pragma once

#include "core/formats/private_key_file.h"
#include "core/tls/context.h"
#include "core/tls/session_facts.h"
#include "tests/core/expect.h"
#include "tests/core/tls/engine_pair.h"

#include <QFile>
#include <QTemporaryDir>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

// What the tests of the manual's SSL module have in common.
namespace certwright::test {

using ContextPtr = std::shared_ptr<tls::Context>;

/// A CA, a server's and a client's certificate, and a folder with their files.
struct SslFixture {
    SslFixture() {
        write("ca.pem", ca.certificate().toPem());
        write("leaf.pem", leaf.certificate.toPem());
        write("chain.pem", leaf.certificate.toPem() + middle.certificate().toPem());
        write("key.pem", formats::writePrivateKey(leaf.key, {}).text());
        const base::Bytes& der = leaf.certificate.der();
        write("leaf.der", base::textOf(der));
        formats::PrivateKeyForm form;
        form.encoding = formats::Encoding::Der;
        write("key.der", formats::writePrivateKey(leaf.key, form).text());
    }

    std::string path(const std::string& name) const { return folder.filePath(q(name)).toStdString(); }
    void write(const std::string& name, std::string_view contents) const {
        QFile file(folder.filePath(q(name)));
        if (!file.open(QIODevice::WriteOnly) || file.write(contents.data(), static_cast<qint64>(contents.size())) < 0)
            qFatal("cannot write");
    }
    ContextPtr server(tls::Method method = tls::Method::Best) const {
        auto context = std::make_shared<tls::Context>(method, tls::Context::Role::Server);
        context->useCertificate(leaf.certificate);
        context->usePrivateKey(leaf.key);
        context->addExtraChainCertificate(middle.certificate());
        return context;
    }
    ContextPtr client(tls::Method method = tls::Method::Best) const {
        auto context = std::make_shared<tls::Context>(method);
        context->certificateStore().addTrusted(ca.certificate());
        context->setVerify(tls::VerifyMode::Peer);
        return context;
    }

    QTemporaryDir folder;
    TestCa ca;
    TestCa middle = ca.intermediate();
    Issued leaf = middle.issue();
};

/// Two engines that shook hands, or the first error of one.
struct SslPair {
    SslPair(const ContextPtr& clientContext, const ContextPtr& serverContext,
            const std::function<void(SslPair&)>& prepare = {})
        : client(clientContext, "localhost")
        , server(serverContext) {
        if (prepare)
            prepare(*this);
        error = errorOf([this] {
            shakeHands(client, server);
            client.shutdown(); // reads what comes after the handshake
            carryOutput(server, client);
            client.shutdown();
        });
    }
    tls::SessionFacts facts() const { return tls::sessionFacts(client, base::SystemClock().now()); }
    bool isResumed() const { return SSL_session_reused(client.native()) == 1; }

    tls::Engine client;
    tls::Engine server;
    std::optional<base::Error> error;
};

} // namespace certwright::test

#define CERTWRIGHT_VERIFY_AGREED(pair) QVERIFY2(!(pair).error, (pair).error ? (pair).error->what() : "")
