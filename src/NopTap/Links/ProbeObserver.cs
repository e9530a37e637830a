// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Links;

/// <summary>A C# observer: called on the thread that runs the target, at the moment it passes the probe.</summary>
/// <remarks>
/// It may run on several threads at once, must not keep the event, and should be quick. What it throws is caught and counted
/// (<see cref="BpfLink.Faults"/>); the target goes on. It may run programs and dispose links, its own included.
/// </remarks>
/// <param name="e">Arguments and more; valid only during the call.</param>
public delegate void ProbeObserver(in ProbeEvent e);
