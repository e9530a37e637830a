// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Parity.Suite;

/// <summary>A map that a recorded test makes.</summary>
/// <param name="Handle">Number that its instructions name it by.</param>
/// <param name="Type">Map type.</param>
/// <param name="KeySize">Bytes of a key.</param>
/// <param name="ValueSize">Bytes of a value.</param>
/// <param name="Entries">Capacity.</param>
/// <param name="Flags">Creation flags.</param>
/// <param name="Inner">Handle of the template of a map of maps, or 0.</param>
/// <param name="Btf">Handle of its types, or 0.</param>
/// <param name="KeyType">Type id of a key.</param>
/// <param name="ValueType">Type id of a value.</param>
sealed record RecordedMap(int Handle, MapType Type, uint KeySize, uint ValueSize, uint Entries, uint Flags, int Inner, int Btf, int KeyType, int ValueType);

/// <summary>A program that a recorded test loads.</summary>
/// <param name="Handle">Number that entries of program arrays name it by.</param>
/// <param name="Type">Program type; 0 stands for a socket filter.</param>
/// <param name="AttachType">Expected attach type.</param>
/// <param name="Flags">Flags of the load.</param>
/// <param name="Btf">Handle of its types, or 0.</param>
/// <param name="AttachBtf">What it attaches to, a type of the kernel's.</param>
/// <param name="InfoSize">Bytes of a function's record.</param>
/// <param name="Functions">Records of functions: first slot, type.</param>
/// <param name="Code">Slots, with handles where file descriptors will stand.</param>
sealed record RecordedProgram(
    int Handle, ProgramType Type, AttachType AttachType, uint Flags, int Btf, int AttachBtf, int InfoSize, byte[] Functions, Instruction[] Code);

/// <summary>A test as its runner asks the kernel: what is made, filled, loaded and run.</summary>
/// <param name="Name">Description.</param>
/// <param name="IsRefused">Whether the test expects a refusal: then its result means nothing, where a younger kernel accepts it.</param>
/// <param name="Types">BTF sections by handle.</param>
/// <param name="Maps">Maps in the order in which they are made.</param>
/// <param name="Entries">Entries of maps: map, key, value.</param>
/// <param name="Programs">Programs in the order in which they are loaded; the last is the test's own.</param>
/// <param name="Runs">Runs of the last.</param>
sealed record RecordedTest(
    string Name, bool IsRefused, Dictionary<int, byte[]> Types, List<RecordedMap> Maps, List<(int Map, byte[] Key, byte[] Value)> Entries, List<RecordedProgram> Programs, List<SuiteRun> Runs)
{
    /// <summary>The program that the test is about.</summary>
    public RecordedProgram Subject => Programs[^1];
}
