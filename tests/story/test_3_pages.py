"""Student and teacher in Chromium: one walk for each of them and each page; `make test-pages` goes everywhere."""

from tests.browser.test_guide import test_a_student_reads_runs_a_block_and_comes_back_to_his_page  # noqa: F401
from tests.browser.test_password import test_a_changed_password_is_the_one_that_counts  # noqa: F401
from tests.browser.test_progress import (  # noqa: F401
    test_what_is_typed_shows_on_the_students_page_and_on_the_teachers,
)
from tests.browser.test_sign_in import (  # noqa: F401 - collected here as well, on the workshop of the story
    test_a_student_signs_in_by_ip_and_types,
    test_the_keyboard_alone_is_enough,
)
from tests.browser.test_student_page import (  # noqa: F401
    test_a_new_password_is_shown_once_and_is_the_one_that_counts,
    wall,
)
from tests.browser.test_take_home import test_home_and_database_are_taken_home  # noqa: F401
from tests.browser.test_teacher import (  # noqa: F401
    student,
    test_a_student_may_not_watch_another,
    test_a_watching_teacher_sees_and_cannot_type,
    test_taking_over_is_shown_to_the_student_and_ends_with_escape,
    test_the_class_can_be_searched,
)
from tests.browser.test_terminal import test_a_reload_keeps_the_session  # noqa: F401
from tests.browser.test_wall import test_a_tile_shows_what_the_student_types_and_markup_stays_text  # noqa: F401
