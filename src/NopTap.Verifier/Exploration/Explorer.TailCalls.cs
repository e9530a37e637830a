// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Verifier.Exploration;

sealed partial class Explorer
{
    /// <summary>A tail call replaces one function: where that was called by another, the other gets what the next program returns.</summary>
    bool ReturnFromTailCall()
    {
        if (_path.Depth == 0)
            return true;
        FrameState frame = _path.Frame;
        if (frame.IsCallback)
        {
            return Refuse(
                VerifierDiagnostics.CallbackReturn, "callback ends in a tail call and so returns what another program does, where 0 (go on) and 1 (stop) are known",
                "make the tail call behind the helper that calls back");
        }

        PathState returned = Fork(frame.CallSite + 1);
        returned.Depth--;
        returned.Frame.R[(int)Register.R0] = RegisterState.Unknown;
        ForgetPackets(returned);
        return true;
    }
}
