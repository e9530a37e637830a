// SPDX-License-Identifier: Apache-2.0

using NopTap.Benchmarks.Harness;
using NopTap.Benchmarks.Questions;

return Commands.Run(args, AllQuestions.List);
