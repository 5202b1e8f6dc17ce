// Measures what sessions and training do, without their knowing: a backend that remembers its submissions, and then runs each
// again with every operator measured.
import type { Backend, OperatorTime, Plan, Variables } from './backend.ts';

export interface ProfiledBackend {
  /** Use it in place of the one that was given: load the model on it. */
  readonly backend: Backend;
  /**
   * What was submitted since the last call, run again operator by operator on the inputs that the device holds now. Gives the
   * time of every call, in order; a plan that adds to its own results (training) leaves them changed.
   */
  profile(): Promise<OperatorTime[]>;
}

export function profileSubmissions(backend: Backend): ProfiledBackend {
  const submissions: { readonly plan: Plan; readonly variables: Variables }[] = [];
  return {
    backend: {
      ...backend,
      submit(plan, variables) {
        submissions.push({ plan, variables });
        backend.submit(plan, variables);
      },
    },
    async profile() {
      const times: OperatorTime[] = [];
      for (const { plan, variables } of submissions.splice(0)) times.push(...(await backend.profile(plan, variables)));
      return times;
    },
  };
}
