// The same for the layers that use QtCore.
#pragma once

#include "precompiled_core.h"

#include <QDateTime>
#include <QHash>
#include <QList>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QVariant>
