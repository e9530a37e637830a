// SPDX-License-Identifier: Apache-2.0

namespace NopTap;

/// <summary>What executes programs.</summary>
public enum BpfEngine
{
    /// <summary>The compiler where it can run (Linux on x86-64), else the interpreter.</summary>
    Auto,

    /// <summary>Machine code; refused where the compiler cannot run.</summary>
    Compiler,

    /// <summary>The interpreter: slower by two orders of magnitude, every access checked.</summary>
    Interpreter,
}
