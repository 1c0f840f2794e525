#pragma once

#include "core/crypto/key_generator.h"

#include <QWidget>

#include <string>
#include <vector>

class QComboBox;
class QLabel;

namespace certwright::service {
class JobRunner;
}

namespace certwright::ui {

/// Chooses the algorithm of a new key and its size or curve, out of what the linked OpenSSL offers.
class KeyKindChooser : public QWidget {
    Q_OBJECT
public:
    /// What is offered is asked on a worker; until the answer comes there are the usual kinds.
    explicit KeyKindChooser(service::JobRunner& jobs, QWidget* parent = nullptr);

    crypto::KeySpec spec() const;
    void setSpec(const crypto::KeySpec& spec);
    /// Why no such key can be made: a curve that is none, a size out of range. Empty when one can.
    QString problem() const;

    QComboBox* algorithm() const noexcept { return m_algorithm; }
    QComboBox* parameter() const noexcept { return m_parameter; }

Q_SIGNALS:
    /// The user chose another kind.
    void chosen();

private:
    struct Offer {
        std::vector<crypto::KeySpec> types;
        std::vector<std::string> curves;
    };

    void setOffer(const Offer& offer);
    void fillParameters(const crypto::KeySpec& wanted);

    QComboBox* m_algorithm;
    QLabel* m_parameterLabel;
    QComboBox* m_parameter;
    std::vector<std::string> m_curves;
};

/// "P-256", "RSA 3072", "Ed25519": a kind of key that is still to be made.
QString keyKindText(const crypto::KeySpec& spec);

/// How long making it takes: "Made at once.", "Takes about a second."
QString estimatedTime(const crypto::KeySpec& spec);

} // namespace certwright::ui
