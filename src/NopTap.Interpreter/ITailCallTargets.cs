// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Interpreter;

/// <summary>Where tail calls go.</summary>
internal interface ITailCallTargets
{
    /// <summary>The program at an index of a program array.</summary>
    /// <param name="map">Address of the map, as the program holds it.</param>
    /// <param name="index">Index.</param>
    /// <returns>The interpreter of that program, or null: the slot is empty, the index too great or the map of another kind; the call falls through.</returns>
    ProgramInterpreter? Find(nint map, uint index);
}
