// SPDX-License-Identifier: Apache-2.0

using NopTap.Benchmarks.Harness;

return Commands.Run(args, Question.All);
