// SPDX-License-Identifier: Apache-2.0

namespace NopTap;

/// <summary>Disposes of several things although one of them throws.</summary>
internal static class Disposal
{
    /// <summary>Runs all of the actions, in order; the first exception is thrown behind the last of them.</summary>
    /// <remarks>
    /// A wait that an interrupted thread ends (<see cref="Thread.Interrupt"/>) is such an exception: what was to be freed behind the wait is freed by the next
    /// one who waits, but what was not disposed of at all would stay for ever, since nobody disposes of its owner again.
    /// </remarks>
    internal static void Each(params ReadOnlySpan<Action> actions)
    {
        System.Runtime.ExceptionServices.ExceptionDispatchInfo? first = null;
        foreach (Action action in actions)
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                first ??= System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(e);
            }
        }

        first?.Throw();
    }
}
