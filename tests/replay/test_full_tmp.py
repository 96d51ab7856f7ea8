import time, pytest, json
from tests.replay import recordings as R
from tests.replay.test_trajectories import server, group_by_tools
pytestmark=[pytest.mark.django_db, pytest.mark.timeout(1500)]
@pytest.mark.parametrize("approve",[True,False])
def test_full(server, approve):
    recs=R.load_recordings()
    t=time.time(); c=time.process_time(); out=open(f"/tmp/replay_{approve}.txt","w")
    n=calls=ex=w=rw=runs=mc=0
    for (tf,pol),group in group_by_tools(recs).items():
        tools=R.load_tools(tf)
        with tools.plugged_in():
            task=R.make_task("roomy",policy=pol,**R.ROOMY)
            for r in group:
                f=R.follow(r,server=server,tools=tools,task=task,approve=approve)
                rep=f.report; n+=1; calls+=rep["recorded_calls"]; ex+=len(rep["executed"]); w+=rep["executed_writes"]; rw+=rep["recorded_writes"]; runs+=len(f.runs); mc+=rep["model_calls"]
                bad = rep["differences"] or rep["refused"] or len(rep["executed"])!=rep["recorded_calls"]
                if approve and bad:
                    print(r.id,rep["differences"][:2],rep["refused"][:1],len(rep["executed"]),rep["recorded_calls"],[x.status+":"+x.outcome for x in f.runs if x.status!="completed"],[x.findings for x in f.runs if x.findings],file=out,flush=True)
                elif any(x.status!="completed" for x in f.runs): print(r.id,"status",[x.status+":"+x.outcome for x in f.runs],file=out,flush=True)
                if n%20==0: print("at",n,time.time()-t,time.process_time()-c,file=out,flush=True)
    print("ALL",n,"calls",calls,"executed",ex,"writes",w,"of",rw,"runs",runs,"model calls",mc,"wall",time.time()-t,"cpu",time.process_time()-c,file=out,flush=True)
