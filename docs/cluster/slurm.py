"""Grades an assignment on a Slurm cluster: starts Dask workers as jobs, grades, ends them.

Run it in the project's folder, where the course is, on a machine that may submit jobs and that the
nodes can reach:

    make setup && source .venv/bin/activate && pip install dask-jobqueue
    python docs/cluster/slurm.py attention --jobs 4 --cores 16 --memory 64GB --queue compute

Whatever comes after `--` goes to `autograder grade`. Stop it with Ctrl-C and run it again: what
was graded is kept.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from dask_jobqueue import SLURMCluster
from distributed import Client


def main() -> int:
    """Start the jobs, grade, and end them whatever happens."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assignment")
    parser.add_argument("--jobs", type=int, default=1, help="how many jobs, each on one node")
    parser.add_argument("--cores", type=int, default=8, help="cores of a job, a worker on each")
    parser.add_argument("--memory", default="16GB", help="memory of a job; about 1 GB a core")
    parser.add_argument("--queue", default=None, help="the partition")
    parser.add_argument("--walltime", default="08:00:00")
    parser.add_argument("--interface", default=None, help="network interface, such as ib0")
    parser.add_argument("--show", action="store_true", help="print the job script and end")
    parser.add_argument("rest", nargs="*", help="for `autograder grade`")
    arguments = parser.parse_args()
    with SLURMCluster(
        queue=arguments.queue,
        cores=arguments.cores,
        processes=arguments.cores,
        memory=arguments.memory,
        walltime=arguments.walltime,
        interface=arguments.interface,
        # The same environment as here, which the nodes have to see under the same path.
        python=sys.executable,
        # Slurm bounds the job's memory; Dask sees only the worker's own, without the students'.
        worker_extra_args=["--memory-limit", "0"],
        job_script_prologue=["export OMP_NUM_THREADS=1"],
        scheduler_options={"dashboard_address": ":0"},
    ) as cluster:
        if arguments.show:
            print(cluster.job_script())
            return 0
        cluster.scale(jobs=arguments.jobs)
        print("Waiting for the first job to start ...", flush=True)
        with Client(cluster) as client:
            client.wait_for_workers(1)
        command = ["-m", "autograder", "grade", arguments.assignment]
        return subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, *command, "--scheduler", cluster.scheduler_address, *arguments.rest],
            check=False,
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
