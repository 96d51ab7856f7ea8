"""Every address of the desk."""

from django.urls import path

from supervision import errors
from supervision.views import (
    callers,
    changes,
    claims,
    costs,
    edits,
    golden,
    health,
    login,
    me,
    metrics,
    password,
    people,
    queue,
    record,
    run_list,
    runs,
    second_factor,
    stops,
    targets,
    tools,
    viewings,
)

urlpatterns = [
    # for probes
    path("healthz", health.show_alive, name="healthz"),
    path("readyz", health.show_ready, name="readyz"),
    # the way in and out
    path("login/", login.log_in, name="login"),
    path("login/code/", second_factor.log_in_code, name="log_in_code"),
    path("login/second-factor/", second_factor.log_in_set_up, name="log_in_set_up"),
    path("set-password/<str:uidb64>/<str:token>/", password.set_password, name="set_password"),
    path("logout/", login.log_out, name="logout"),
    # the queue and the answers to it
    path("", queue.show_queue, name="queue"),
    path("requests/<int:call_id>/", queue.show_request, name="request"),
    path("requests/<int:call_id>/answer/", queue.answer_request, name="answer"),
    path("requests/<int:call_id>/undo/", queue.undo_answer, name="undo"),
    path("requests/<int:call_id>/now/", queue.end_hold, name="end_hold"),
    path("requests/<int:call_id>/more-time/", queue.extend_request, name="more_time"),
    path("requests/<int:call_id>/resolve/", queue.resolve_request, name="resolve"),
    path("requests/<int:call_id>/caller/", callers.hear_caller, name="hear_caller"),
    path("requests/<int:call_id>/edit/", edits.edit_request, name="edit_request"),
    path("requests/<int:call_id>/edit/<int:edit_id>/", edits.show_edit, name="edit"),
    path("requests/<int:call_id>/claim/", claims.claim_request, name="claim"),
    path("handoffs/<int:run_id>/", queue.show_handoff, name="handoff"),
    path("handoffs/<int:run_id>/close/", queue.close_handoff, name="close_handoff"),
    path("handoffs/<int:run_id>/claim/", claims.claim_handoff, name="claim_handoff"),
    # runs
    path("runs/", run_list.list_runs, name="runs"),
    path("runs/found.csv", run_list.export_runs, {"kind": "csv"}, name="runs_csv"),
    path("runs/found.json", run_list.export_runs, {"kind": "json"}, name="runs_json"),
    path("runs/new/", runs.new_run, name="new_run"),
    path("runs/<int:run_id>/", runs.show_run, name="run"),
    path("runs/<int:run_id>/stop/", runs.stop_run, name="stop_run"),
    path("runs/<int:run_id>/golden/", golden.keep_run, name="keep_run"),
    path("runs/<int:run_id>/golden/save/", golden.save_golden, name="save_golden"),
    # one person's own
    path("me/", me.show_me, name="me"),
    path("me/save/", me.save_me, name="save_me"),
    path("me/language/", me.save_language, name="save_language"),
    path("me/second-factor/", second_factor.set_up, name="set_up_code"),
    path("me/second-factor/codes/", second_factor.show_codes, name="show_codes"),
    path("me/second-factor/renew/", second_factor.renew_codes, name="renew_codes"),
    path("me/second-factor/remove/", second_factor.remove, name="remove_code"),
    path("me/hand-over/", me.hand_over, name="hand_over"),
    # figures and settings
    path("metrics/", metrics.show_metrics, name="metrics"),
    path("people/", people.show_people, name="people"),
    path("people/rules/", people.save_rules, name="save_rules"),
    path("people/add/", people.add_person, name="add_person"),
    path("people/<int:user_id>/", people.show_person, name="person"),
    path("people/<int:user_id>/save/", people.save_person, name="save_person"),
    path("people/<int:user_id>/active/", people.set_active, name="set_active"),
    path("people/<int:user_id>/link/", people.make_link, name="make_link"),
    path("people/<int:user_id>/second-factor/", people.reset_code, name="reset_code"),
    path("record/", record.list_record, name="record"),
    path("record/file/", record.export_record, name="export_record"),
    path("golden/", golden.list_golden, name="golden"),
    path("metrics/figures.csv", metrics.export_metrics, name="metrics_csv"),
    path("metrics/behind/", metrics.show_behind, name="behind"),
    path("metrics/costs/", costs.show_costs, name="costs"),
    path("metrics/costs.csv", costs.export_costs, name="costs_csv"),
    path("metrics/targets/", targets.show_targets, name="targets"),
    path("metrics/targets/save/", targets.save_targets, name="save_targets"),
    path("access/", viewings.list_viewings, name="viewings"),
    path("stop/", stops.show_stops, name="stops"),
    path("stop/now/", stops.stop_work, name="stop_work"),
    path("stop/lift/", stops.lift_stop, name="lift_stop"),
    path("tools/", tools.list_tools, name="tools"),
    path("tools/<int:tool_id>/", tools.show_tool, name="tool"),
    path("tools/<int:tool_id>/check/", tools.check_tool, name="check_tool"),
    path("tools/<int:tool_id>/save/", tools.save_tool, name="save_tool"),
    path("changes/", changes.list_changes, name="changes"),
    path("changes/confirm/", changes.confirm_change, name="confirm_change"),
    path("changes/decline/", changes.decline_change, name="decline_change"),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.not_found
handler500 = errors.server_error
