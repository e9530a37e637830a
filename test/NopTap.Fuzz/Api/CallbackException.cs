// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Fuzz.Api;

/// <summary>What callbacks throw at times.</summary>
sealed class CallbackException() : Exception("thrown by a callback");
